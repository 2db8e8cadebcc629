import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { presets } from '../../../src/train/models/presets.ts'
import { type Bar, type BenchReport, bar, type Log, machine, median, rounded } from '../report.ts'
import { compareGradients } from './gradients.ts'
import { type Round, type StepProcess, startStepProcess } from './step-process.ts'
import { torchPython } from './torch-python.ts'
import { writeTrainingPlan } from './training-plan.ts'

const threads = 2
const cases = [
  { settings: presets.nano, batch: 8, stepsPerRound: 6, rounds: 15 },
  { settings: presets.small, batch: 2, stepsPerRound: 1, rounds: 25 },
] as const
const checkedSteps = 5

/**
 * Training steps of our engine and of PyTorch in turns: same model, weights, clips, batch, threads and optimiser. The
 * losses of the first steps must agree, so that it is the same work.
 */
export async function run({ log }: { log: Log }): Promise<BenchReport> {
  const python = torchPython(log)
  const figures: Record<string, number> = { threads }
  const bars: Bar[] = []
  for (const each of cases) {
    const { name } = each.settings
    const { ratio, cpuRatio, ours, torch, memory, difference } = await compare(python, each, log)
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
  for (const { name, error } of await compareGradients(log))
    bars.push(bar(`${name}: gradient against TensorFlow.js, relative L2`, rounded(error), '<=', 1e-5))
  return { bench: 'train', machine: machine(), figures, bars }
}

async function compare(python: string, options: (typeof cases)[number], log: Log) {
  const { settings, batch, stepsPerRound, rounds } = options
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
