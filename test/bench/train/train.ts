import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { presets } from '../../../src/train/models/presets.ts'
import {
  type Bar,
  type BenchOptions,
  type BenchReport,
  bar,
  type Log,
  machine,
  median,
  rounded,
} from '../report.ts'
import { compareGradients } from './gradients.ts'
import { type Round, type StepProcess, startStepProcess } from './step-process.ts'
import { torchPython } from './torch-python.ts'
import { writeTrainingPlan } from './training-plan.ts'

const threads = 2
const sizes = {
  full: {
    cases: [
      { settings: presets.nano, batch: 8, stepsPerRound: 6, rounds: 15 },
      { settings: presets.small, batch: 2, stepsPerRound: 1, rounds: 25 },
    ],
    checkedSteps: 5,
  },
  smoke: { cases: [{ settings: presets.nano, batch: 1, stepsPerRound: 1, rounds: 1 }], checkedSteps: 1 },
} as const
type Case = (typeof sizes)[keyof typeof sizes]['cases'][number]

/**
 * Training steps of our engine and of PyTorch in turns: same model, weights, clips, batch, threads and optimiser. The
 * losses of the first steps must agree, so that it is the same work.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const { cases, checkedSteps } = smoke ? sizes.smoke : sizes.full
  const python = torchPython(log, { install: !smoke })
  if (python === null)
    log('no Python with torch: the smallest size does not install it and runs our steps only')
  const figures: Record<string, number> = { threads }
  const bars: Bar[] = []
  for (const each of cases) {
    const { name } = each.settings
    if (python === null) {
      figures[`${name}: ours, clips/s`] = rounded(await ourSpeed(each))
      continue
    }
    const { ratio, cpuRatio, ours, torch, memory, difference } = await compare(
      python,
      { ...each, checkedSteps },
      log,
    )
    figures[`${name}: batch`] = each.batch
    figures[`${name}: ours, clips/s`] = rounded(ours)
    figures[`${name}: PyTorch, clips/s`] = rounded(torch)
    figures[`${name}: CPU time, PyTorch / ours`] = rounded(cpuRatio)
    figures[`${name}: ours, peak MiB`] = Math.round(memory.ours / 2 ** 20)
    figures[`${name}: PyTorch, peak MiB`] = Math.round(memory.torch / 2 ** 20)
    bars.push(
      bar(
        `${name}: training speed, ours / PyTorch (median of ${each.rounds} pairs)`,
        rounded(ratio),
        '>=',
        1,
      ),
      bar(`${name}: peak memory, ours / PyTorch`, rounded(memory.ours / memory.torch), '<=', 1.2),
      bar(`${name}: difference of the first ${checkedSteps} losses`, rounded(difference), '<=', 1e-4),
    )
  }
  for (const { name, error } of await compareGradients({ log, smoke }))
    bars.push(bar(`${name}: gradient against TensorFlow.js, relative L2`, rounded(error), '<=', 1e-5))
  return { bench: 'train', machine: machine(), figures, bars }
}

/** Clips a second of a round of our steps alone. */
async function ourSpeed({ settings, batch, stepsPerRound }: Case): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'vireo-bench-train-'))
  const plan = writeTrainingPlan(dir, { settings, batch, threads })
  const ours = await startStepProcess(process.execPath, [join(import.meta.dirname, 'our-steps.ts'), plan])
  try {
    return (batch * stepsPerRound) / (await ours.steps(stepsPerRound)).seconds
  } finally {
    await ours.close()
    rmSync(dir, { recursive: true })
  }
}

async function compare(python: string, options: Case & { checkedSteps: number }, log: Log) {
  const { settings, batch, stepsPerRound, rounds, checkedSteps } = options
  const dir = mkdtempSync(join(tmpdir(), 'vireo-bench-train-'))
  const plan = writeTrainingPlan(dir, { settings, batch, threads })
  const here = import.meta.dirname
  const both: Record<'ours' | 'torch', StepProcess> = {
    ours: await startStepProcess(process.execPath, [join(here, 'our-steps.ts'), plan]),
    torch: await startStepProcess(python, [join(here, 'torch_model.py'), plan]),
  }
  try {
    const a = (await both.ours.steps(checkedSteps)).losses
    const b = (await both.torch.steps(checkedSteps)).losses
    const difference = Math.max(...a.map((loss, n) => Math.abs(loss - b[n]!)))
    log(`${settings.name}: losses ${a.map((x) => x.toFixed(5))} and ${b.map((x) => x.toFixed(5))}`)
    const pairs: Record<'ours' | 'torch', Round>[] = []
    for (let round = 0; round < rounds; round += 1) {
      const pair: Partial<Record<'ours' | 'torch', Round>> = {}
      // The second of a pair may find the machine in another mood: they swap.
      for (const which of round % 2 === 0 ? (['ours', 'torch'] as const) : (['torch', 'ours'] as const))
        pair[which] = await both[which].steps(stepsPerRound)
      pairs.push(pair as Record<'ours' | 'torch', Round>)
      log(`${settings.name}: ${rounded(pair.ours!.seconds)} s and ${rounded(pair.torch!.seconds)} s`)
    }
    const clips = batch * stepsPerRound
    return {
      ratio: median(pairs.map(({ ours, torch }) => torch.seconds / ours.seconds)),
      cpuRatio: median(pairs.map(({ ours, torch }) => torch.cpuSeconds / ours.cpuSeconds)),
      ours: median(pairs.map(({ ours }) => clips / ours.seconds)),
      torch: median(pairs.map(({ torch }) => clips / torch.seconds)),
      memory: { ours: await both.ours.peak(), torch: await both.torch.peak() },
      difference,
    }
  } finally {
    for (const child of Object.values(both)) await child.close()
    rmSync(dir, { recursive: true })
  }
}
