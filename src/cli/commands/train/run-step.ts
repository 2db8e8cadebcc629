import { type Command, Option } from 'commander'
import type { LearnJob } from '../../../../pipelines/learn/job.ts'
import { openHandRun } from '../../../../pipelines/learn/learn-by-hand.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { systemClock as clock } from '../../../core/clock.ts'
import { registryDir } from '../../../core/data-dir.ts'
import { openModelRegistry } from '../../../registry/model-registry.ts'
import { codeVersion } from '../../code-version.ts'
import { choice } from '../../options/choice.ts'
import { inputPath } from '../../options/input-path.ts'
import { jsonOption, threadsOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printLine } from '../../print-line.ts'
import { showProgress, stopOnSignal } from '../../show-progress.ts'
import { readPlanFile } from './read-plan-file.ts'

/** Options of all commands that work on the folder of a run. */
export interface StepOptions {
  out: string
  plan?: string
  data?: string[]
  footage?: string[]
  preset?: string
  steps?: number
  epochs?: number
  seed?: number
  threads: number
  config?: string
  name?: string
  modelVersion?: string
  json?: boolean
}

export function addStepOptions(command: Command): Command {
  return command
    .requiredOption(
      '--out <folder>',
      'folder of the run: plan, checkpoints, results; the same command goes on',
    )
    .option('--plan <file>', 'YAML with fields of the section learning (docs/learning.md)')
    .option('--data <paths...>', 'labelled footage: CSV files and folders', inputPath)
    .option('--seed <n>', 'seed', whole())
    .addOption(threadsOption())
    .addOption(jsonOption('progress (stderr) and result as JSON lines'))
}

export const presetOption = () =>
  new Option('--preset <name>', 'nano, small or base').argParser(choice(['nano', 'small', 'base']))

export const epochsOption = (about = 'passes over the labelled footage') =>
  new Option('--epochs <n>', about).argParser(whole())

export const nameOption = (about = 'name of the model') => new Option('--name <slug>', about)

export const versionOption = (about = 'version of the bundle') =>
  new Option('--model-version <version>', about)

/** Opens the run of a folder, does a step of it and prints what it gives; `more` is added to its plan. */
export async function runStep(
  options: StepOptions,
  work: (job: LearnJob) => Promise<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { config, threads, json = false } = options
  const registry =
    config === undefined
      ? null
      : openModelRegistry({ dir: registryDir(loadConfigToRead(config).dataDir), clock })
  try {
    const job = await openHandRun({
      runDir: options.out,
      plan: { ...planOf(options), ...more },
      registry,
      clock,
      threads,
      ...(options.modelVersion !== undefined && { version: options.modelVersion }),
      code: await codeVersion(),
      command: `vireo train … --out ${options.out}`,
      onProgress: showProgress(json),
      signal: stopOnSignal(),
    })
    const made = await work(job)
    if (json) return printLine(JSON.stringify(made))
    for (const [name, value] of Object.entries(made)) printLine(`${name}: ${value}`)
  } finally {
    registry?.close()
  }
}

/** The plan file, and options over it. */
function planOf(options: StepOptions): Record<string, unknown> {
  const { plan, data, footage, preset, steps, epochs, seed, name } = options
  const file = plan === undefined ? {} : readPlanFile(plan)
  return {
    ...file,
    ...(data && { labelled: data }),
    ...(footage && { footage }),
    ...(preset !== undefined && { preset }),
    ...(seed !== undefined && { seed }),
    ...(name !== undefined && { model: name }),
    ...(steps !== undefined && { pretrain: { ...file.pretrain, steps } }),
    ...(epochs !== undefined && { finetune: { ...file.finetune, epochs } }),
  }
}
