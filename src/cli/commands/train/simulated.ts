import type { Command } from 'commander'
import { trainSimulated as trainCnn } from '../../../../pipelines/train/train-simulated.ts'
import {
  replaceIfBetter,
  trainSimulatedTransformer,
} from '../../../../pipelines/train/train-simulated-transformer.ts'
import { systemClock as clock } from '../../../core/clock.ts'
import { choice } from '../../options/choice.ts'
import { jsonOption, threadsOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printLine } from '../../print-line.ts'
import { showProgress, stopOnSignal } from '../../show-progress.ts'

interface Options {
  out: string
  model: 'transformer' | 'cnn'
  steps?: number
  pretrainSteps: number
  batch: number
  seed: number
  run?: string
  replace?: string
  threads: number
  json?: boolean
}

export function trainSimulated(command: Command): void {
  command
    .requiredOption('--out <folder>', 'folder of the bundle')
    .option(
      '--model <kind>',
      'transformer (pretrained first: what ships) or cnn (the baseline)',
      choice(['transformer', 'cnn']),
      'transformer',
    )
    .option('--steps <n>', 'training steps with labels (transformer: 8000, cnn: 4500)', whole())
    .option('--pretrain-steps <n>', 'steps without labels before, for the transformer', whole(), 600)
    .option('--batch <n>', 'clips in a step', whole(), 16)
    .option('--seed <n>', 'seed of scenes and weights', whole(), 1)
    .option(
      '--run <folder>',
      'checkpoints and curves of the transformer (default: the bundle folder and -run)',
    )
    .option('--replace <bundle>', 'put it in the place of this bundle if it is better on held-out scenes')
    .addOption(threadsOption())
    .addOption(jsonOption('progress and result as JSON lines'))
    .action(train)
}

async function train(options: Options): Promise<void> {
  const made = await (options.model === 'cnn' ? cnn(options) : transformer(options))
  const replacement = options.replace === undefined ? null : await replaceIfBetter(options.replace, made)
  const { dir, bundle } = made
  if (options.json) return printLine(JSON.stringify({ dir, metrics: bundle.metrics, replacement }))
  printLine(dir)
  for (const [name, value] of Object.entries(bundle.metrics)) printLine(`  ${name}: ${value}`)
  if (!replacement) return
  const { replaced, before, after } = replacement
  const figures = Object.keys(after).map((name) => `${name} ${before[name]} before, ${after[name]} now`)
  const verdict = replaced ? `replaces ${options.replace}` : `is not better: ${options.replace} stays`
  printLine(`${verdict} (${figures.join('; ')})`)
}

function cnn({ out: outDir, steps = 4500, batch, seed, threads, json }: Options) {
  const show = showProgress(json ?? false)
  return trainCnn({
    outDir,
    steps,
    batch,
    seed,
    threads,
    clock,
    onProgress: ({ step, steps: total, loss, etaS }) =>
      show({ phase: 'finetune', done: step, total, loss, etaS }),
  })
}

function transformer(options: Options) {
  const { out: outDir, run: runDir = `${outDir}-run`, steps = 8000 } = options
  const { pretrainSteps, batch, seed, threads, json = false } = options
  return trainSimulatedTransformer({
    outDir,
    runDir,
    pretrainSteps,
    steps,
    batch,
    seed,
    threads,
    clock,
    onProgress: showProgress(json),
    signal: stopOnSignal(),
  })
}
