import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type BenchOptions, type BenchReport, bar, type Log, machine, rounded } from '../report.ts'
import { type FoldPart, type FoldResult, foldCost } from './fold.ts'
import { loadWeizmann } from './load.ts'
import { fullSteps, seed, smokeSteps } from './plan.ts'

const root = join(import.meta.dirname, '../../..')
const shared = join(root, '../shared')
const cacheDir = join(root, '.cache/weizmann-1')
/** Folds that run side by side, one thread each. */
const lanes = 2

type Message = { readonly cost: number } | { readonly result: FoldResult } | { readonly done: string | null }

/**
 * Ten actions of nine people (Gorelick et al. 2007), each person judged by models that were trained on the other eight:
 * the transformer from random weights, the same pretrained without labels first, and the per-frame CNN; then the first
 * two with 1, 2 and 4 labelled clips of each action. With `--folds=daria,eli` only some people.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const steps = smoke ? smokeSteps : fullSteps
  const load = {
    dataDir: join(shared, 'data/weizmann'),
    // Two actions of three people.
    only: smoke ? /^(bend|walk),(daria|eli|ido)$/ : null,
    detectorFile: join(shared, 'models/light_person_detector.onnx'),
    cacheDir,
    threads: 1,
  }
  const videos = await loadWeizmann({ ...load, log })
  const all = [...new Set(videos.map(({ subject }) => subject))].sort()
  const asked = process.argv
    .find((flag) => flag.startsWith('--folds='))
    ?.slice(8)
    .split(',')
  const subjects = smoke ? all.slice(0, 1) : asked ? all.filter((subject) => asked.includes(subject)) : all

  const results: FoldResult[] = []
  const weightsDir = mkdtempSync(join(tmpdir(), 'vireo-weizmann-weights-'))
  const pass = (part: FoldPart) =>
    runPass({
      part,
      subjects,
      workerData: { load, seed, steps, weightsDir },
      cost: foldCost(steps)[part],
      results,
      log,
    })
  const minutes = await pass('all')
  const fewMinutes = await pass('few')
  rmSync(weightsDir, { recursive: true })

  const runs = [
    'cnn',
    'scratch',
    'pretrained',
    ...steps.shots.flatMap((n) => [`scratch-${n}`, `pretrained-${n}`]),
  ]
  const figures: Record<string, number> = {}
  for (const name of runs) {
    const said = results.filter(({ run: made }) => made === name).flatMap((result) => result.said)
    const right = said.filter(({ truth, label }) => truth === label).length
    figures[`${name}, right of ${said.length}`] = right
    figures[`${name}, accuracy %`] = rounded((100 * right) / said.length)
    log(`${name}: ${right} of ${said.length}; wrong: ${wrongOf(said) || 'none'}`)
  }
  figures['minutes, all labels'] = rounded(minutes)
  figures['minutes, few labels'] = rounded(fewMinutes)
  return {
    bench: 'weizmann',
    machine: machine(),
    figures,
    bars: [
      bar('accuracy of the pretrained transformer, %', figures['pretrained, accuracy %']!, '>=', 95),
      bar('minutes of two cores for the three of them, all folds', figures['minutes, all labels']!, '<=', 60),
    ],
  }
}

/** One part of the work of all folds; how many minutes two cores took for it, other work on the machine aside. */
async function runPass(options: {
  part: FoldPart
  subjects: readonly string[]
  workerData: unknown
  /** Of one fold. */
  cost: number
  results: FoldResult[]
  log: Log
}): Promise<number> {
  const { part, subjects, workerData, cost, results, log } = options
  const startedMs = performance.now()
  const { user, system } = process.cpuUsage()
  const waiting = [...subjects]
  let spent = 0
  const onResult = (result: FoldResult) => {
    results.push(result)
    const minutes = (performance.now() - startedMs) / 60_000
    const left = (minutes / Math.max(1, spent)) * (subjects.length * cost - spent)
    const more = spent > 0 ? `, ${left.toFixed(0)} min left` : ''
    log(`${describe(result)}; ${minutes.toFixed(1)} min${more}`)
  }
  const lane = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./fold-worker.ts', import.meta.url), { workerData })
      worker.once('error', reject)
      worker.on('message', (message: Message) => {
        if ('cost' in message) spent += message.cost
        else if ('result' in message) onResult(message.result)
        else {
          const subject = waiting.shift()
          if (subject !== undefined) worker.postMessage({ subject, part })
          else void worker.terminate().then(() => resolve(), reject)
        }
      })
    })
  await Promise.all(Array.from({ length: Math.min(lanes, subjects.length) }, lane))
  const used = process.cpuUsage({ user, system })
  return (used.user + used.system) / 60e6 / lanes
}

function describe({ subject, run: name, said, seconds }: FoldResult): string {
  if (said.length === 0) return `${subject} ${name}: ${seconds.toFixed(0)} s`
  const right = said.filter(({ truth, label }) => truth === label).length
  return `${subject} ${name}: ${right} of ${said.length} ${wrongOf(said)} (${seconds.toFixed(0)} s)`
}

function wrongOf(said: FoldResult['said']): string {
  const wrong = said.filter(({ truth, label }) => truth !== label)
  return wrong.map(({ truth, label }) => `${truth}→${label}`).join(' ')
}
