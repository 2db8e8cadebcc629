import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { threadsOption, wholeOption } from '../../options/whole-option.ts'
import { registerTrainImported } from './imported.ts'
import { registerTrainSteps } from './run-step.ts'
import { registerTrainSearch } from './search.ts'
import { registerTrainSound } from './sound.ts'

interface Options {
  out: string
  model: string
  steps?: string
  pretrainSteps: string
  batch: string
  seed: string
  run?: string
  replace?: string
  threads?: string
  json?: boolean
}

export function registerTrain(program: Command): void {
  const train = program.command('train').description('Train models on this machine.')
  registerTrainSteps(train)
  registerTrainSearch(train)
  registerTrainImported(train)
  registerTrainSound(train)
  train
    .command('simulated')
    .description('Train the model that ships with Vireo, on simulated scenes.')
    .requiredOption('--out <folder>', 'folder of the bundle')
    .option(
      '--model <kind>',
      'transformer (pretrained first: what ships) or cnn (the baseline)',
      'transformer',
    )
    .option('--steps <n>', 'training steps with labels (transformer: 8000, cnn: 4500)')
    .option('--pretrain-steps <n>', 'steps without labels before, for the transformer', '600')
    .option('--batch <n>', 'clips in a step', '16')
    .option('--seed <n>', 'seed of scenes and weights', '1')
    .option(
      '--run <folder>',
      'checkpoints and curves of the transformer (default: the bundle folder and -run)',
    )
    .option('--replace <bundle>', 'put it in the place of this bundle if it is better on held-out scenes')
    .option('--threads <n>', 'threads of ONNX Runtime; all cores but one unless given')
    .option('--json', 'progress and result as JSON lines')
    .action(async (options: Options) => {
      const made = await trainers[kindOf(options.model)](options)
      const { replaceIfBetter } = await import('../../../../pipelines/train/train-simulated-transformer.ts')
      const replacement = options.replace === undefined ? null : await replaceIfBetter(options.replace, made)
      const { dir, bundle } = made
      if (options.json)
        return void process.stdout.write(`${JSON.stringify({ dir, metrics: bundle.metrics, replacement })}\n`)
      process.stdout.write(`${dir}\n`)
      for (const [name, value] of Object.entries(bundle.metrics))
        process.stdout.write(`  ${name}: ${value}\n`)
      if (!replacement) return
      const { replaced, before, after } = replacement
      const figures = Object.keys(after).map((name) => `${name} ${before[name]} before, ${after[name]} now`)
      const verdict = replaced ? `replaces ${options.replace}` : `is not better: ${options.replace} stays`
      process.stdout.write(`${verdict} (${figures.join('; ')})\n`)
    })
}

async function trainCnn(options: Options) {
  const { systemClock } = await import('../../../core/clock.ts')
  const { trainSimulated } = await import('../../../../pipelines/train/train-simulated.ts')
  const { showProgress } = await import('../../show-progress.ts')
  const show = showProgress(options.json ?? false)
  return trainSimulated({
    outDir: options.out,
    steps: wholeOption('--steps', options.steps ?? '4500'),
    batch: wholeOption('--batch', options.batch),
    seed: wholeOption('--seed', options.seed),
    ...(options.threads === undefined ? {} : { threads: wholeOption('--threads', options.threads) }),
    clock: systemClock,
    onProgress: ({ step, steps, loss, etaS }) =>
      show({ phase: 'finetune', done: step, total: steps, loss, etaS }),
  })
}

async function trainTransformer(options: Options) {
  const { systemClock } = await import('../../../core/clock.ts')
  const { trainSimulatedTransformer } = await import(
    '../../../../pipelines/train/train-simulated-transformer.ts'
  )
  const { showProgress, stopOnSignal } = await import('../../show-progress.ts')
  return trainSimulatedTransformer({
    outDir: options.out,
    runDir: options.run ?? `${options.out}-run`,
    pretrainSteps: wholeOption('--pretrain-steps', options.pretrainSteps),
    steps: wholeOption('--steps', options.steps ?? '8000'),
    batch: wholeOption('--batch', options.batch),
    seed: wholeOption('--seed', options.seed),
    threads: threadsOption(options.threads),
    clock: systemClock,
    onProgress: showProgress(options.json ?? false),
    signal: stopOnSignal(),
  })
}

const trainers = { transformer: trainTransformer, cnn: trainCnn }

function kindOf(model: string): keyof typeof trainers {
  if (model === 'transformer' || model === 'cnn') return model
  throw new AppError('API_BAD_REQUEST', `--model ${model}: give transformer or cnn`)
}
