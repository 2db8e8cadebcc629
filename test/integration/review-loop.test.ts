import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { openClipCache } from '../../src/train/data/clip-cache.ts'
import { evaluate } from '../../src/train/evaluate/evaluate.ts'
import { predictBundle } from '../../src/train/export/predict-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import {
  commonMs,
  type RaisedAlert,
  raisedAlerts,
  shownBy,
  truthOf,
  truths,
} from '../support/scripted-reviewer.ts'
import { type Happening, type Movement, siteFootage } from '../support/site-footage.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: the loop from review to a better model (ffmpeg is missing)\n')

const cameras = ['gate', 'yard', 'hall', 'dock', 'ramp', 'lift', 'shop']
const days = ['2026-03-02', '2026-03-03']
/** The first model knows falls, walks to the right and changes of light, as they are at another site. */
const elsewhere: readonly Movement[] = ['fall', 'walk-right', 'light']
/** Here people walk to the left, too, and a shutter goes up: nobody taught it either. */
const here: readonly Movement[] = ['fall', 'walk-right', 'walk-left', 'shutter', 'walk-left', 'shutter']

/** Many clips to judge by: the gate asks for a difference that is not chance. */
const shares = ['--shares', '0.6,0.1,0.3']

interface Recording {
  readonly cameraId: string
  readonly day: string
  readonly file: string
  readonly happenings: readonly Happening[]
}
interface Corrected {
  readonly recording: Recording
  /** None: the scene stood still. */
  readonly happening: Happening | undefined
  readonly said: string
}

let folder: string
let configFile: string
let recordings: Recording[]
const running: VireoProcess[] = []
const corrected: Corrected[] = []
/** Alerts of earlier days. */
const known = new Set<string>()
const dataDir = () => join(folder, 'data')

function configure(
  seen: readonly { id: string; file: string }[],
  { steps = 350, watch = 'loss', moreGate = '' } = {},
): void {
  const list = seen.map(({ id, file }) => `{ id: ${id}, url: "${file}", picture: { enabled: false } }`)
  writeFileSync(
    configFile,
    `version: 1
dataDir: ${dataDir()}
cameras: [${list.join(', ')}]
models:
  - { name: actions, registry: actions, intraOpThreads: 1 }
alerts:
  # Two clips must say it.
  defaults: { minDurationMs: 1200, clearAfterMs: 500, cooldownMs: 0 }
recording: { preRollMs: 1500, postRollMs: 1000 }
sampling: { enabled: false }
http: { port: 0 }
learning:
  model: actions
  labelled: ["dataset:site"]
  background: [nothing]
  sizes: { frames: 8, widthPx: 32, heightPx: 32, patchPx: 8, width: 32, heads: 2, hidden: 64, depthSpace: 1, depthTime: 1 }
  threads: 1
  folds: 0
  pretrain: { steps: 0 }
  finetune: { steps: ${steps}, batch: 16, watch: ${watch}, peakRate: 0.003, labelSmoothing: 0.05, augmentation: { flip: false } }
  # Latency is not judged: the machine is busy with other tests.
  gate: { minItems: 12, minGroups: 1, minClassItems: 3, maxClassLoss: 0.02, maxLatencyIncrease: 1000${moreGate} }
`,
  )
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): VireoProcess {
  const started = vireo([...args, '--config', configFile], env)
  running.push(started)
  return started
}
async function lines(...args: string[]): Promise<readonly string[]> {
  const child = start(args)
  const code = await child.ended
  expect(code, child.errors()).toBe(0)
  return child.lines
}
// biome-ignore lint/suspicious/noExplicitAny: read as a stranger would, and looked at by the tests
const json = async (...args: string[]): Promise<any[]> =>
  (await lines(...args, '--json')).map((line) => JSON.parse(line))

/** `vireo run` over some files, as on a day, until all of them have ended; the alerts that it raised. */
async function live(day: string, seen: readonly { id: string; file: string }[]): Promise<RaisedAlert[]> {
  configure(seen)
  const preload = pathToFileURL(join(import.meta.dirname, '../support/other-day.ts')).href
  const run = start(['run'], { NODE_OPTIONS: `--import=${preload}`, VIREO_TEST_DAY: `${day}T09:00:00Z` })
  const ended = () => run.errors().match(/the file has ended/g)?.length ?? 0
  await Promise.race([
    expect.poll(ended, { timeout: 120_000, interval: 250 }).toBe(seen.length),
    run.ended.then(() => expect.unreachable(`vireo run ended: ${run.errors()}`)),
  ])
  run.child.kill('SIGTERM')
  expect(await run.ended, run.errors()).toBe(0)
  expect(run.errors()).not.toContain('"level":50')
  const alerts = raisedAlerts(await lines('alerts', 'tail', '--no-follow', '--json'))
  const fresh = alerts.filter(({ alertId }) => !known.has(alertId))
  for (const { alertId } of fresh) known.add(alertId)
  return fresh
}

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('review-loop')
  configFile = join(folder, 'vireo.yaml')
  recordings = await Promise.all(
    days.flatMap((day, d) =>
      cameras.map(async (cameraId, c): Promise<Recording> => {
        const file = join(folder, `${cameraId}-${day}.mp4`)
        const turned = here.map((_, n) => here[(n + c + 3 * d) % here.length]!)
        return {
          cameraId,
          day,
          file,
          happenings: await siteFootage({ file, seed: 10 * d + c, movements: turned }),
        }
      }),
    ),
  )
})
afterAll(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
})

/** Labelled footage of other places, as a list. */
async function labelledElsewhere(): Promise<string> {
  const dir = join(folder, 'elsewhere')
  mkdirSync(dir)
  const rows = await Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      const movements = Array.from({ length: 12 }, (_, at) => elsewhere[at % 3]!)
      const file = join(dir, `${n}.mp4`)
      const happenings = await siteFootage({ file, seed: 100 + n, movements })
      const still = happenings.at(-1)!.toMs + 1000
      return [
        ...happenings.map((each) => [
          `${n}.mp4`,
          truths[each.movement] ?? 'nothing',
          `place-${n}`,
          each.fromMs,
          each.toMs,
        ]),
        [`${n}.mp4`, 'nothing', `place-${n}`, still, still + 2000],
      ]
    }),
  )
  const list = join(dir, 'labels.csv')
  writeFileSync(
    list,
    ['path,label,group,startMs,endMs', ...rows.flat().map((row) => row.join(','))].join('\n'),
  )
  return list
}

describe.skipIf(!ready)('what a reviewer corrects, the next model has right', () => {
  it('a first model learns from footage of other places and goes live', async () => {
    // It is held against one that never alerts.
    configure([], { steps: 250, watch: 'accuracy', moreGate: ', maxFalseAlarmIncrease: 10000' })
    const [dataset] = await json('dataset', 'import', await labelledElsewhere(), '--background', 'nothing')
    expect(dataset).toMatchObject({ name: 'site', version: 1, labels: ['falling', 'walking'] })
    const [outcome] = await json('learn', '--once')
    expect(outcome).toMatchObject({ result: 'live', version: '1.0.0', corrected: { clips: 0 } })
  })

  it('a reviewer judges every alert of two days', async () => {
    for (const day of days) {
      const seen = recordings.filter((each) => each.day === day)
      const alerts = await live(
        day,
        seen.map(({ cameraId: id, file }) => ({ id, file })),
      )
      const queue = await json('review', 'list', '--limit', '500')
      expect(queue.map(({ id }) => id).sort()).toEqual(alerts.map(({ alertId }) => alertId).sort())
      await review(alerts, queue, seen)
      expect(await json('review', 'list')).toEqual([])
    }
    const untaught = corrected
      .flatMap(({ happening }) => happening?.movement ?? [])
      .filter((movement) => !elsewhere.includes(movement))
    expect(new Set(untaught).size).toBe(2)
    expect(untaught.length).toBeGreaterThan(15)
  })

  it('the next version passes the gate, and its report says of every corrected clip what it says now', async () => {
    const [dataset] = await json('dataset', 'build', ...shares)
    expect(dataset).toMatchObject({ version: 2, parent: 1 })
    const denied = dataset.entries.filter(({ notLabels }: { notLabels: string[] }) => notLabels.length > 0)
    expect(denied).toHaveLength(corrected.length)
    const [outcome] = await json('learn', '--once')
    expect(outcome.decision.reasons.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([])
    expect(outcome).toMatchObject({
      result: 'live',
      version: '1.1.0',
      corrected: { clips: corrected.length },
    })
    const { clips, rightBefore, rightNow } = outcome.corrected
    expect(rightBefore / clips).toBeLessThan(0.5)
    expect(rightNow / clips).toBeGreaterThanOrEqual(0.8)
    const report = readFileSync(outcome.report, 'utf8')
    expect(report).toContain(`${rightNow} of ${clips} are right now, ${rightBefore} with the live version.`)
    const section = /<h2>Clips that people corrected<\/h2>.*?<\/section>/s.exec(report)![0]
    for (const { id } of denied) expect(section).toContain(id)
    expect(section.match(/✓ right/g)).toHaveLength(rightNow)
    expect(section.match(/✗ wrong/g)?.length ?? 0).toBe(clips - rightNow)
  })

  it('live, it raises the alerts that are right now and no longer those that were wrong', async () => {
    const id = ({ cameraId, day }: Recording) => `${cameraId}-${day}`
    const alerts = await live(
      '2026-03-04',
      recordings.map((each) => ({ id: id(each), file: each.file })),
    )
    const shown = alerts.map((alert) => {
      const recording = recordings.find((each) => id(each) === alert.cameraId)!
      return { label: alert.label, recording, happening: shownBy(alert, recording.happenings) }
    })
    const fixed = corrected.filter(({ recording, happening }) => {
      const said = shown
        .filter((each) => each.recording === recording && each.happening === happening)
        .map(({ label }) => label)
      const truth = truthOf(happening)
      return said.every((label) => label === truth) && (truth === null || said.includes(truth))
    })
    expect(fixed.length / corrected.length).toBeGreaterThanOrEqual(0.8)
    // Few alarms where a scene stands still (a second after somebody vanished, say): a reviewer rejects them, too. Alone on
    // the machine 0 to 2 of 58 were seen, 4 of 59 beside other work, when pictures are passed over.
    expect(shown.filter(({ happening }) => !happening).length / shown.length).toBeLessThanOrEqual(0.1)
    // What was right stays so.
    for (const movement of ['fall', 'walk-right'] as const) {
      const all = recordings.flatMap((recording) =>
        recording.happenings
          .filter((each) => each.movement === movement)
          .map((happening) => ({ recording, happening })),
      )
      const found = all.filter(({ recording, happening }) =>
        alerts.some(
          (alert) =>
            alert.cameraId === id(recording) &&
            alert.label === truths[movement] &&
            commonMs(alert, happening) > 0,
        ),
      )
      expect(found.length / all.length, movement).toBeGreaterThanOrEqual(0.9)
    }
  })

  it('on footage that neither version has seen, no label loses more than two points', async () => {
    const labels = ['falling', 'nothing', 'walking']
    const videos = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const path = join(folder, `held-out-${n}.mp4`)
        const movements = Array.from({ length: 3 }, () => [...here.slice(0, 4), 'light' as const]).flat()
        const happenings = await siteFootage({ file: path, seed: 900 + n, movements })
        return happenings.map(({ movement, fromMs: startMs, toMs: endMs }) => ({
          id: `${n}-${startMs}`,
          group: String(n),
          path,
          startMs,
          endMs,
          label: truths[movement] ?? 'nothing',
        }))
      }),
    )
    const judge = async (version: string) => {
      const loaded = await loadBundle(join(registryDir(dataDir()), 'actions', version))
      const { widthPx, heightPx } = loaded.bundle.input
      const source = await openClipCache({
        cacheDir: join(folder, 'cache'),
        videos: videos.flat(),
        widthPx,
        heightPx,
        sampleFps: loaded.bundle.temporal.sampleFps,
      })
      const predictions = await predictBundle({ loaded, source, labels, viewsPerItem: 3, threads: 1 })
      source.close()
      return evaluate({ labels, predictions })
    }
    const [before, after] = [await judge('1.0.0'), await judge('1.1.0')]
    for (const [index, { label, recall, f1 }] of after.perClass.entries()) {
      const old = before.perClass[index]!
      expect(recall!, `recall of ${label}`).toBeGreaterThanOrEqual(old.recall! - 0.02)
      expect(f1!, `F1 of ${label}`).toBeGreaterThanOrEqual(old.f1! - 0.02)
    }
    expect(after.accuracy - before.accuracy).toBeGreaterThan(0.2)
  })
})

/** Judges all clips through the commands, as somebody who saw what happened. */
async function review(
  alerts: readonly RaisedAlert[],
  // biome-ignore lint/suspicious/noExplicitAny: the queue as the command prints it
  queue: readonly any[],
  seen: readonly Recording[],
): Promise<void> {
  const of: Record<'confirm' | 'reject' | 'relabel', string[]> = { confirm: [], reject: [], relabel: [] }
  const errors: (Corrected & { alert: RaisedAlert })[] = []
  for (const alert of alerts) {
    const recording = seen.find(({ cameraId }) => cameraId === alert.cameraId)!
    const happening = shownBy(alert, recording.happenings)
    const truth = truthOf(happening)
    of[truth === alert.label ? 'confirm' : truth === null ? 'reject' : 'relabel'].push(alert.alertId)
    if (truth !== alert.label) errors.push({ recording, happening, said: alert.label, alert })
  }
  // A slip, taken back before the right word.
  await lines('review', 'label', of.confirm[0]!, '--reject')
  await lines('review', 'undo', of.confirm[0]!)
  // One that cannot be told teaches nothing.
  const unsure = of.reject.shift()!
  await lines('review', 'label', unsure, '--unsure')
  // One that is cut to where it happens.
  const { alert, happening } = errors.find((each) => each.happening && each.alert.alertId !== unsure)!
  const { saidFromMs, durationMs } = queue.find(({ id }) => id === alert.alertId)
  const at = (ms: number) =>
    String(Math.round(Math.max(0, Math.min(durationMs, saidFromMs + ms - alert.fromMs))))
  const truth = truthOf(happening)
  const words = truth === null ? ['--reject'] : ['--as', truth]
  const part = ['--start', at(happening!.fromMs), '--end', at(happening!.toMs)]
  await lines('review', 'label', alert.alertId, ...words, ...part)
  for (const verdict of ['reject', 'relabel'] as const)
    of[verdict] = of[verdict].filter((id) => id !== alert.alertId)
  await lines('review', 'label', ...of.confirm, '--confirm')
  await lines('review', 'label', ...of.reject, '--reject')
  if (of.relabel.length > 0) await lines('review', 'label', ...of.relabel, '--as', 'walking')
  corrected.push(...errors.filter(({ alert }) => alert.alertId !== unsure))
}
