import { randomUUID } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../../src/config/schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { learningDir, runsDir } from '../../../src/core/data-dir.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { LearningJob, LearningPort, RunEntry, RunFile } from '../../../src/http/learning-port.ts'
import { askToPause, type LearningNote, readLearningNote } from '../../../src/schedule/learning-note.ts'
import { makeFolders } from '../../../src/store/make-folders.ts'
import { anyObject, readJson } from '../../../src/store/read-json.ts'
import { writeWhole } from '../../../src/store/write-whole.ts'
import { redactFields } from '../../../src/telemetry/redact-text.ts'
import { readJudged } from '../../../src/train/evaluate/judged-record.ts'
import { settingsFileOf } from '../../learn/run/run-settings.ts'
import type { LearningProcess } from './learning-process.ts'
import { createModelDesk } from './model-desk.ts'
import type { RunArchive, StoredRun } from './run-archive.ts'
import { readCurves } from './run-curves.ts'
import { runPlan } from './run-plan.ts'
import { startChoices } from './start-choices.ts'

export interface SiteLearningOptions {
  readonly dataDir: string
  readonly current: () => Config
  readonly archive: RunArchive
  /** Null where Vireo runs without a configuration file: then nothing can be started. */
  readonly process: LearningProcess | null
  readonly clock: Clock
  /** Judged clips whose recordings are there. */
  readonly judgedClips: () => Promise<number>
  readonly changed: (model: string, state: 'promoted' | 'rolled_back') => void
  /** For tests: sends a signal. */
  readonly kill?: (pid: number, signal: 'SIGTERM') => void
}

const pictures: readonly RunFile[] = ['0', '1', '2']
const iso = (ms: number) => new Date(ms).toISOString()

/** Learning as the REST API shows and starts it. Whoever began a run, it is seen from its folder and its note. */
export function createSiteLearning(options: SiteLearningOptions): LearningPort {
  const { dataDir, current, archive, process: learning } = options
  const { kill = (pid, signal) => process.kill(pid, signal) } = options
  const job = () => jobOf(readLearningNote(dataDir))
  const running = (): LearningNote => {
    const found = readLearningNote(dataDir)
    if (found?.running) return found.note
    throw new AppError('API_BAD_REQUEST', 'nothing learns now')
  }
  const stored = async (id: string): Promise<StoredRun> => {
    const run = await archive.get(id)
    if (run) return run
    throw new AppError('API_NOT_FOUND', `there is no run ${id}`)
  }
  const begin = async (planFile: string, who: string): Promise<LearningJob> => {
    if (!learning)
      throw new AppError(
        'API_BAD_REQUEST',
        'vireo run was started without a configuration file; use vireo learn',
      )
    const now = job()
    if (now && now.state !== 'ended')
      throw new AppError(
        'TRAIN_BUSY',
        `${now.model} is being learned already, since ${now.startedAt} (${now.who})`,
      )
    await learning.begin({ planFile, who })
    const begun = job()
    if (begun) return begun
    throw new AppError('TRAIN_DATA', 'learning has begun, but does not say where it is; see the log')
  }
  const fileOf = (id: string, name: RunFile) =>
    join(runsDir(dataDir), id, name === 'report' ? 'report.html' : `reconstruction-${name}.png`)
  const has = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    )

  return {
    job,
    choices: () => startChoices({ ...options, canBegin: learning !== null }),
    async runs({ limit, cursor }) {
      const ids = await archive.ids()
      const rest = cursor === undefined ? ids : ids.filter((id) => id < cursor)
      const shown = rest.slice(0, limit)
      const found = await Promise.all(shown.map((id) => archive.get(id)))
      const now = job()
      return {
        runs: found.flatMap((run) => (run ? [entryOf(run, now)] : [])),
        next: rest.length > limit ? shown.at(-1)! : null,
      }
    },
    async run(id) {
      const run = await stored(id)
      const dir = join(runsDir(dataDir), id)
      const [curves, judged, settings, ...there] = await Promise.all([
        readCurves(dir),
        readJudged(dir),
        readFile(settingsFileOf(dir), 'utf8').catch(() => null),
        ...[...pictures, 'report' as const].map((name) => has(fileOf(id, name))),
      ])
      const path = (name: string) => `/api/v1/runs/${id}/${name}`
      const kept = readJson(settings, anyObject)
      return {
        ...entryOf(run, job()),
        steps: run.steps,
        settings: kept && (redactFields(kept) as Record<string, unknown>),
        curves,
        pictures: pictures.flatMap((name, at) => (there[at] ? path(`reconstructions/${name}`) : [])),
        report: there.at(-1) ? path('report') : null,
        judged: judged && withoutFormat(judged),
      }
    },
    async runFile(id, name) {
      await stored(id)
      const path = fileOf(id, name)
      if (await has(path)) return path
      throw new AppError('API_NOT_FOUND', `run ${id} has no ${name}`)
    },
    async start(wish, who) {
      const plan = runPlan(wish, current().learning)
      const dir = join(learningDir(dataDir), 'plans')
      makeFolders(dir)
      // Named by what asked: the run keeps its settings itself.
      const path = join(dir, `${randomUUID()}.json`)
      await writeWhole({ path, content: `${JSON.stringify(plan, null, 2)}\n` })
      return begin(path, who)
    },
    async goOn(id, who) {
      const run = await stored(id)
      if (run.finished) throw new AppError('API_BAD_REQUEST', `run ${id} is done; start another one`)
      const path = settingsFileOf(join(runsDir(dataDir), id))
      if (await has(path)) return begin(path, who)
      throw new AppError(
        'API_BAD_REQUEST',
        `run ${id} does not say with which settings it was begun; use vireo learn`,
      )
    },
    pause(who) {
      running()
      askToPause(dataDir, who)
      return job()!
    },
    unpause() {
      running()
      askToPause(dataDir, null)
      return job()!
    },
    async stop() {
      const { process: learner } = running()
      // One that waits looks at its signal, too.
      askToPause(dataDir, null)
      kill(learner.pid, 'SIGTERM')
      return job()!
    },
    ...createModelDesk(options),
  }

  function entryOf(run: StoredRun, now: LearningJob | null): RunEntry {
    const { finished, compared, judgedBy: _by, steps: _steps, ...rest } = run
    const active = now !== null && now.state !== 'ended' && now.run === run.id
    const state = active ? (now.state as 'running' | 'paused') : finished ? 'done' : 'stopped'
    return { ...rest, state: compared && !active ? 'compared' : state }
  }
}

function jobOf(found: { note: LearningNote; running: boolean } | null): LearningJob | null {
  if (found === null) return null
  const { process: _process, command: _command, startedMs, atMs, ...note } = found.note
  const state = !found.running ? 'ended' : note.paused === null ? 'running' : 'paused'
  const killed = { code: null, message: 'its process ended without saying why; it can go on' }
  const ended = note.ended ?? (found.running ? null : killed)
  return { ...note, ended, state, startedAt: iso(startedMs), at: iso(atMs) }
}

function withoutFormat<T extends { formatVersion: number }>({ formatVersion: _version, ...rest }: T) {
  return rest
}
