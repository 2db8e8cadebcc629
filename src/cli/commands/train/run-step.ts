import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { threadsOption, wholeOption } from '../../options/whole-option.ts'

export interface StepOptions {
  out: string
  plan?: string
  data?: string[]
  footage?: string[]
  preset?: string
  steps?: string
  epochs?: string
  seed?: string
  threads?: string
  config?: string
  name?: string
  modelVersion?: string
  json?: boolean
}

/** A command that works on a folder of a run, with the options that all of them have. */
export function addStep(train: Command, name: string, description: string): Command {
  return train
    .command(name)
    .description(description)
    .requiredOption(
      '--out <folder>',
      'folder of the run: plan, checkpoints, results; the same command goes on',
    )
    .option('--plan <file>', 'YAML with fields of the section learning (docs/learning.md)')
    .option('--data <paths...>', 'labelled footage: CSV files and folders')
    .option('--seed <n>', 'seed')
    .option('--threads <n>', 'threads; all cores but one unless given')
    .option('--json', 'progress (stderr) and result as JSON lines')
}

/** The steps of `vireo learn` one by one, on a folder of their own. */
export function registerTrainSteps(train: Command): void {
  const step = (name: string, description: string) =>
    addStep(train, name, description).option('--preset <name>', 'nano, small or base')

  step('pretrain', 'Learn from footage without labels: masked and next-frame prediction.')
    .option('--footage <paths...>', 'videos and folders of videos without labels')
    .option('--steps <n>', 'steps of the whole run')
    .action((options: StepOptions) =>
      withJob(options, async (job) => {
        const { pretrainModel } = await import('../../../../pipelines/learn/learn-model.ts')
        await pretrainModel(job)
        return { trained: `${options.out}/pretrained`, curve: `${options.out}/pretrain.jsonl` }
      }),
    )
  step('finetune', 'Learn labels, on top of what was pretrained in the same folder.')
    .option('--epochs <n>', 'passes over the labelled footage')
    .action((options: StepOptions) =>
      withJob(options, async (job) => {
        const { fineTuneModel } = await import('../../../../pipelines/learn/learn-model.ts')
        const told = await fineTuneModel(job)
        return { trained: `${options.out}/trained`, ...told }
      }),
    )
  step('export', 'Make a bundle of what was fine-tuned, as plan.kind and plan.quantize say.')
    .option('--name <slug>', 'name of the model')
    .option('--model-version <version>', 'version of the bundle')
    .action((options: StepOptions) =>
      withJob(options, async (job) => {
        const { exportServed } = await import('../../../../pipelines/learn/learn-export.ts')
        await exportServed(job)
        return { bundle: `${options.out}/served` }
      }),
    )
  step(
    'anomaly',
    'Make an anomaly bundle of what was pretrained; then calibrate cameras (vireo model calibrate).',
  )
    .option('--name <slug>', 'name of the model')
    .option('--model-version <version>', 'version of the bundle')
    .action((options: StepOptions) =>
      withJob(options, async (job) => {
        const { exportAnomalyModel } = await import('../../../../pipelines/learn/export-anomaly-model.ts')
        const { dir } = await exportAnomalyModel(job)
        return { bundle: dir }
      }),
    )
  step('evaluate', 'Judge the exported bundle on footage that it was not trained on, and write the report.')
    .option('-c, --config <file>', 'compare with the live version in the registry of this configuration')
    .option('--name <slug>', 'name of the model in the registry')
    .action((options: StepOptions) =>
      withJob(options, async (job) => {
        const { predictBoth } = await import('../../../../pipelines/learn/learn-judge.ts')
        await predictBoth(job)
        return report(job)
      }),
    )
  step(
    'report',
    'Write report.html again from what was measured, such as after a change of plan.gate.',
  ).action((options: StepOptions) => withJob(options, report))
  train
    .command('quantize <bundle>')
    .description('A smaller and faster copy of a bundle, with what it lost and gained measured.')
    .requiredOption('--out <folder>', 'folder of the new bundle')
    .option('--mode <mode>', 'dynamic, static (needs --data) or fp16', 'dynamic')
    .option('--data <paths...>', 'labelled footage: calibrates, and tells what accuracy was lost')
    .option(
      '--bits <n>',
      'bits of the weights: 7, exact and fast on every processor, or 8, for those with VNNI',
      '7',
    )
    .option('--no-float', 'leave out the float graph, which serves where the quantised one is no gain')
    .option('--threads <n>', 'threads; all cores but one unless given')
    .option('--json', 'result as JSON')
    .action(async (bundle: string, options: StepOptions & QuantizeOptions) => {
      const { quantizeFromFootage } = await import('../../../../pipelines/model/quantize-from-footage.ts')
      const { showProgress, stopOnSignal } = await import('../../show-progress.ts')
      const { measured, loaded } = await quantizeFromFootage({
        ...{ bundleDir: bundle, outDir: options.out, mode: options.mode, data: options.data ?? [] },
        ...{ bits: options.bits, keepFloat: options.float },
        threads: threadsOption(options.threads),
        onProgress: showProgress(options.json ?? false),
        signal: stopOnSignal(),
      })
      if (options.json) return print(JSON.stringify({ dir: loaded.dir, ...measured }))
      print(loaded.dir)
      for (const [name, value] of Object.entries(loaded.bundle.metrics))
        if (name.startsWith('quantize.')) print(`  ${name.slice(9)}: ${value}`)
    })
}

interface QuantizeOptions {
  readonly mode: string
  readonly bits: string
  readonly float: boolean
}

export type Job = import('../../../../pipelines/learn/job.ts').LearnJob

async function report(job: Job): Promise<Record<string, unknown>> {
  const { judgePredictions, writeRunReport } = await import('../../../../pipelines/learn/learn-judge.ts')
  const judged = await judgePredictions(job)
  const path = await writeRunReport(job, judged)
  return { report: path, promote: judged.decision.promote, ...judged.metrics }
}

/** Opens the run of a folder, does a step of it and prints what it gives; `more` is added to its plan. */
export async function withJob(
  options: StepOptions,
  work: (job: Job) => Promise<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { systemClock: clock } = await import('../../../core/clock.ts')
  const { openHandRun } = await import('../../../../pipelines/learn/learn-by-hand.ts')
  const { codeVersion } = await import('../../code-version.ts')
  const { showProgress, stopOnSignal } = await import('../../show-progress.ts')
  const registry = options.config === undefined ? null : await registryOf(options.config)
  try {
    const job = await openHandRun({
      ...{ runDir: options.out, plan: { ...(await planOf(options)), ...more }, registry, clock },
      ...(options.modelVersion !== undefined && { version: options.modelVersion }),
      code: await codeVersion(),
      command: `vireo train … --out ${options.out}`,
      threads: threadsOption(options.threads),
      onProgress: showProgress(options.json ?? false),
      signal: stopOnSignal(),
    })
    const told = await work(job)
    if (options.json) print(JSON.stringify(told))
    else for (const [name, value] of Object.entries(told)) print(`${name}: ${value}`)
  } finally {
    registry?.close()
  }
}

async function registryOf(file: string) {
  const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
  const { systemClock: clock } = await import('../../../core/clock.ts')
  const { openModelRegistry } = await import('../../../registry/model-registry.ts')
  const { registryDir } = await import('../../../core/data-dir.ts')
  return openModelRegistry({ dir: registryDir(loadConfigToRead(file).dataDir), clock })
}

/** The plan file, and options over it. */
async function planOf(options: StepOptions): Promise<Record<string, unknown>> {
  const { data, footage, preset, steps, epochs, seed, name } = options
  const file = options.plan === undefined ? {} : await readPlan(options.plan)
  const part = (key: string) => (file[key] ?? {}) as Record<string, unknown>
  return {
    ...file,
    ...(data && { labelled: data }),
    ...(footage && { footage }),
    ...(preset !== undefined && { preset }),
    ...(seed !== undefined && { seed: wholeOption('--seed', seed) }),
    ...(name !== undefined && { model: name }),
    ...(steps !== undefined && { pretrain: { ...part('pretrain'), steps: wholeOption('--steps', steps) } }),
    ...(epochs !== undefined && {
      finetune: { ...part('finetune'), epochs: wholeOption('--epochs', epochs) },
    }),
  }
}

async function readPlan(file: string): Promise<Record<string, unknown>> {
  const { readFile } = await import('node:fs/promises')
  const { parse } = await import('yaml')
  try {
    return (parse(await readFile(file, 'utf8')) ?? {}) as Record<string, unknown>
  } catch (cause) {
    throw new AppError('TRAIN_PLAN', `${file}: ${(cause as Error).message}`, { cause })
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
