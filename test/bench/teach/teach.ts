import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { vireo } from '../../support/vireo-process.ts'
import { type BenchOptions, type BenchReport, bar, type Log, machine, rounded } from '../report.ts'
import { raisedAlerts, watchFiles } from './watch-files.ts'

const weizmann = join(import.meta.dirname, '../../../../shared/data/weizmann')
/** Two that move the person through the picture and two that do not. */
const actions = ['bend', 'run', 'walk', 'wave2']
const model = 'actions'

interface Clip {
  readonly path: string
  readonly label: string
  readonly subject: string
}

/**
 * What a new user does with a folder of clips: `vireo teach` on four actions of six people of the Weizmann set, then
 * `vireo run` with what is live, with every clip of the other three people as a camera. An alert counts as `vireo alerts
 * tail` tells it: the clip's own label is right, any other is wrong.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const clips = readClips()
  const subjects = [...new Set(clips.map(({ subject }) => subject))].sort()
  const taught = subjects.slice(0, smoke ? 3 : 6)
  const judged = clips.filter(({ subject }) => subjects.indexOf(subject) >= 6).slice(0, smoke ? 2 : 12)
  const dir = mkdtempSync(join(tmpdir(), 'vireo-bench-teach-'))
  try {
    const config = join(dir, 'vireo.yaml')
    writeLabels(
      join(dir, 'clips'),
      clips.filter(({ subject }) => taught.includes(subject)),
    )
    const small = '{ model: actions, labelled: [clips], folds: 2, finetune: { steps: 4 } }'
    writeFileSync(config, `version: 1\ndataDir: ${join(dir, 'data')}\n${smoke ? `learning: ${small}\n` : ''}`)
    const load = loadavg()[0]!
    const startedMs = performance.now()
    const outcome = await teach(join(dir, 'clips'), config, log)
    const minutes = (performance.now() - startedMs) / 60_000
    log(`${outcome.result} after ${minutes.toFixed(1)} min (load of the machine before: ${load.toFixed(1)})`)
    // The smallest run has learned nothing: it is put in place by hand, so that the second half runs, too.
    if (smoke && outcome.result === 'refused')
      await promote(join(outcome.runDir, 'served'), outcome.version, config)
    const live = smoke || outcome.result === 'live'
    const cameras = judged.map((clip, at) => ({ id: `camera-${at + 1}`, file: join(weizmann, clip.path) }))
    const alerts = live ? await watchFiles({ config, dataDir: join(dir, 'data'), model, cameras }) : []
    let [right, wrong] = [0, 0]
    for (const [at, { label, path }] of judged.entries()) {
      const said = raisedAlerts(alerts, cameras[at]!.id)
      if (said.has(label)) right += 1
      const others = [...said].filter((each) => each !== label)
      wrong += others.length
      log(
        `${path}: ${said.has(label) ? 'right' : 'missed'}${others.length > 0 ? `, wrong: ${others.join(', ')}` : ''}`,
      )
    }
    return {
      bench: 'teach',
      machine: machine(),
      figures: {
        'clips taught': taught.length * actions.length,
        'clips judged': judged.length,
        'minutes from the folder to live': rounded(minutes),
        'load of the machine before': rounded(load),
        'accuracy in cross-validation': rounded(outcome.metrics.accuracy ?? 0),
        'right alerts': right,
        'wrong alerts': wrong,
      },
      bars: [
        bar('clips with the right alert', right, '>=', 11),
        bar('wrong alerts', wrong, '<=', 1),
        bar('minutes from the folder to live', rounded(minutes), '<=', 6),
      ],
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function readClips(): Clip[] {
  const rows = readFileSync(join(weizmann, 'labels.csv'), 'utf8').trim().split(/\r?\n/).slice(1)
  return rows
    .map((row) => row.split(',') as [string, string, string])
    .map(([path, label, subject]) => ({ path, label, subject }))
    .filter(({ label }) => actions.includes(label))
}

function writeLabels(dir: string, clips: readonly Clip[]): void {
  mkdirSync(dir, { recursive: true })
  const rows = clips.map(({ path, label, subject }) => `${join(weizmann, path)},${label},${subject}`)
  writeFileSync(join(dir, 'labels.csv'), ['path,label,subject', ...rows, ''].join('\n'))
}

async function teach(folder: string, config: string, log: Log) {
  const child = vireo(['teach', folder, '-c', config, '--name', model, '--json'])
  const code = await child.ended
  if (code !== 0) throw new Error(`vireo teach ended with ${code}: ${child.errors().slice(-2000)}`)
  const outcome = JSON.parse(child.lines.at(-1)!) as {
    result: string
    version: string
    runDir: string
    decision: { reasons: { text: string; holds: boolean }[] }
  }
  for (const { text, holds } of outcome.decision.reasons) log(`${holds ? 'yes' : 'NO '} ${text}`)
  const metrics = JSON.parse(readFileSync(join(outcome.runDir, 'metrics.json'), 'utf8')) as Record<
    string,
    number
  >
  return { ...outcome, metrics }
}

async function promote(bundle: string, version: string, config: string): Promise<void> {
  for (const args of [
    ['register', bundle],
    ['promote', model, version, '--now'],
  ]) {
    const child = vireo(['model', ...args, '-c', config])
    const code = await child.ended
    if (code !== 0) throw new Error(`vireo model ${args[0]} ended with ${code}: ${child.errors()}`)
  }
}
