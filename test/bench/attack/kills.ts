import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { createRandom } from '../../../src/core/random.ts'
import { databaseFile } from '../../../src/store/tables/event-database.ts'
import { writeBrightnessBundle } from '../../support/brightness-bundle.ts'
import { testVideo } from '../../support/test-video.ts'
import { type VireoProcess, vireo } from '../../support/vireo-process.ts'
import type { Log } from '../report.ts'

export interface Kills {
  readonly rounds: number
  /** Steps of alerts that were told as accepted. */
  readonly steps: number
  /** Of them: those that the data directory does not have. */
  readonly lost: number
  readonly clips: number
  readonly clipsWithoutRow: number
  readonly rowsWithoutClip: number
  /** Runs that did not start again. */
  readonly stuck: number
}

/** A run without an alert by then counts as one that does not start again, on a busy machine too. */
const patienceMs = 180_000

interface Step {
  readonly alertId: string
  readonly seq: number
}

/** Kills whole runs with kill -9 at any moment; what was accepted before is there after, and clips and rows fit. */
export async function killRuns(rounds: number, { seed, log }: { seed: number; log: Log }): Promise<Kills> {
  const random = createRandom(seed).fork('kills')
  const folder = mkdtempSync(join(tmpdir(), 'vireo-kills-'))
  const dataDir = join(folder, 'data')
  const file = join(folder, 'vireo.yaml')
  const video = await testVideo({
    name: 'blink-fast',
    seconds: 4,
    widthPx: 128,
    heightPx: 72,
    fps: 10,
    filter: "eq=brightness='if(lt(mod(t,2),1),-0.5,0.45)':eval=frame",
  })
  await writeBrightnessBundle(join(folder, 'model'))
  const camera = { url: video, loop: true, motion: { enabled: false }, picture: { enabled: false } }
  const config = {
    version: 1,
    dataDir,
    cameras: ['gate', 'yard'].map((id) => ({ id, ...camera })),
    models: [{ name: 'light', path: join(folder, 'model'), intraOpThreads: 1, deadlineMs: 10 }],
    alerts: {
      defaults: { minDurationMs: 0, clearAfterMs: 0, cooldownMs: 0, updateEveryMs: 500 },
      rules: [{ name: 'bright', label: 'bright' }],
    },
    recording: { preRollMs: 500, postRollMs: 200, lowFreeMb: 1, enoughFreeMb: 2 },
    sampling: { enabled: false },
    http: { port: 0 },
  }
  writeFileSync(file, JSON.stringify(config))
  const told: Step[] = []
  let stuck = 0
  const takeDown = (run: VireoProcess) => {
    for (const line of run.lines) if (line.startsWith('{')) told.push(JSON.parse(line) as Step)
  }
  try {
    for (let round = 0; round < rounds; round += 1) {
      const run = vireo(['run', '--json', '-c', file])
      const first = await Promise.race([
        run
          .line((line) => line.startsWith('{'))
          .then(
            () => true,
            () => false,
          ),
        pause(patienceMs, false, { ref: false }),
      ])
      if (!first) {
        stuck += 1
        log(`round ${round}: no alert; ${run.errors().slice(-500)}`)
      }
      await pause(random.range(0, 3000))
      run.child.kill('SIGKILL')
      await run.ended
      takeDown(run)
    }
    const last = vireo(['run', '--json', '-c', file])
    await last.line((line) => line.startsWith('{')).catch(() => {})
    last.child.kill('SIGTERM')
    await last.ended
    takeDown(last)
    return { rounds, stuck, ...(await checked(dataDir, told, file, log)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function checked(dataDir: string, told: readonly Step[], file: string, log: Log) {
  // A stop leaves clips that were not finished in time to the next start.
  const tidy = vireo(['run', '--json', '-c', file])
  await tidy.line((line) => line.startsWith('{')).catch(() => {})
  tidy.child.kill('SIGTERM')
  await tidy.ended
  const database = new DatabaseSync(join(dataDir, databaseFile), { readOnly: true })
  const seqs = new Map(
    database
      .prepare('SELECT id, seq FROM alert')
      .all()
      .map(({ id, seq }) => [String(id), Number(seq)]),
  )
  const rows = database
    .prepare('SELECT path FROM clip WHERE removed_ms IS NULL')
    .all()
    .map(({ path }) => String(path))
  database.close()
  const lost = told.filter(({ alertId, seq }) => (seqs.get(alertId) ?? -1) < seq)
  const files = globSync(join(dataDir, 'clips/**/*.mp4'))
  const known = new Set(rows)
  const without = files.filter((path) => !known.has(path))
  const gone = rows.filter((path) => !existsSync(path))
  for (const path of [...without, ...gone]) log(`clip and row do not fit: ${path}`)
  return {
    steps: told.length,
    lost: lost.length,
    clips: files.length,
    clipsWithoutRow: without.length,
    rowsWithoutClip: gone.length,
  }
}
