import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { makeFolders } from '../../store/make-folders.ts'
import { readJson } from '../../store/read-json.ts'
import { writeWhole } from '../../store/write-whole.ts'

const recordSchema = z.object({
  formatVersion: z.literal(1),
  id: z.string(),
  model: z.string(),
  /** Names everything that decides the result: a run goes on only with the same. */
  identity: z.string(),
  startedMs: z.number(),
  steps: z.record(z.string(), z.object({ doneMs: z.number(), result: z.unknown() })),
  finishedMs: z.number().nullable(),
})
type RunRecord = z.infer<typeof recordSchema>

/** The folder of one run through the loop: what was done stays done, whatever interrupts it. */
export interface RunFolder {
  readonly id: string
  readonly dir: string
  /** Whether it was begun by an earlier process. */
  readonly resumed: boolean
  /** Does the work once; afterwards, also in another process, gives what it gave (as JSON holds it). */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Nothing is to be done any more: the next run is a new one. */
  finish(): Promise<void>
}

const recordFile = 'run.json'

/**
 * The newest unfinished run of a model with the same identity, or a new one.
 *
 * @throws AppError STORE_WRITE
 */
export async function openRunFolder(options: {
  /** Holds a folder for each run. */
  runsDir: string
  model: string
  identity: string
  clock: Clock
}): Promise<RunFolder> {
  const { runsDir, model, identity, clock } = options
  const open = (await readRuns(runsDir)).findLast(
    (run) => run.model === model && run.identity === identity && run.finishedMs === null,
  )
  let record: RunRecord = open ?? {
    formatVersion: 1,
    id: await claimFolder(runsDir, `${stamp(clock.nowMs())}-${model}`),
    model,
    identity,
    startedMs: clock.nowMs(),
    steps: {},
    finishedMs: null,
  }
  const dir = join(runsDir, record.id)
  const save = async (next: RunRecord) => {
    record = next
    await writeWhole({ path: join(dir, recordFile), content: `${JSON.stringify(record, null, 2)}\n` })
  }
  if (!open) await save(record)
  return {
    id: record.id,
    dir,
    resumed: open !== undefined,
    async step(name, work) {
      const done = record.steps[name]
      if (done) return done.result as never
      const result = await work()
      const kept = JSON.parse(JSON.stringify(result ?? null)) as unknown
      await save({ ...record, steps: { ...record.steps, [name]: { doneMs: clock.nowMs(), result: kept } } })
      return kept as typeof result
    },
    finish: () => save({ ...record, finishedMs: clock.nowMs() }),
  }
}

/** Makes a folder that was not there: two runs may begin within a second. */
async function claimFolder(runsDir: string, name: string): Promise<string> {
  try {
    makeFolders(runsDir)
    for (let count = 1; ; count += 1) {
      const id = count === 1 ? name : `${name}-${count}`
      const made = await mkdir(join(runsDir, id)).then(
        () => true,
        (thrown: NodeJS.ErrnoException) => {
          if (thrown.code === 'EEXIST') return false
          throw thrown
        },
      )
      if (made) return id
    }
  } catch (cause) {
    throw new AppError('STORE_WRITE', `${runsDir}: cannot be written (${(cause as Error).message})`, {
      cause,
    })
  }
}

/** The oldest first; folders that hold no run are left out. */
async function readRuns(runsDir: string): Promise<RunRecord[]> {
  const names = await readdir(runsDir).catch(() => [])
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const text = await readFile(join(runsDir, name, recordFile), 'utf8').catch(() => null)
      return readJson(text, recordSchema)
    }),
  )
  return found.filter((run) => run !== null)
}

/** 20261125-015300 */
function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
}
