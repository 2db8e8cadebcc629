import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import type { TrainingProgress } from '../../../train/evaluate/prediction.ts'
import { threadsOption, wholeOption } from '../../options/whole-option.ts'

interface Options {
  out: string
  data?: string[]
  simulated?: string
  background: string
  name: string
  modelVersion: string
  license: string
  steps: string
  batch: string
  seed: string
  run?: string
  threads?: string
  json?: boolean
}

export function registerTrainSound(train: Command): void {
  train
    .command('sound')
    .description('Train a classifier of sounds, and measure it on sounds that it was not trained on.')
    .requiredOption('--out <folder>', 'folder of the bundle')
    .option('--data <paths...>', 'labelled sounds: CSV files and folders; also videos with sound')
    .option('--simulated <n>', 'instead: so many simulated sounds of each kind')
    .option('--background <labels>', 'labels that never alert', 'background,noise,silence,speech')
    .option('--name <slug>', 'name of the model', 'sounds')
    .option('--model-version <version>', 'version of the bundle', '0.1.0')
    .option('--license <id>', 'SPDX identifier, or NOASSERTION', 'NOASSERTION')
    .option('--steps <n>', 'training steps', '600')
    .option('--batch <n>', 'windows in a step', '32')
    .option('--seed <n>', 'seed of the split, the windows and the weights', '1')
    .option('--run <folder>', 'checkpoints and curves (default: the bundle folder and -run)')
    .option('--threads <n>', 'threads of ONNX Runtime; all cores but one unless given')
    .option('--json', 'progress and result as JSON lines')
    .action(run)
}

async function run(options: Options): Promise<void> {
  const { systemClock } = await import('../../../core/clock.ts')
  const { trainSound } = await import('../../../../pipelines/train/train-sound.ts')
  const { showProgress, stopOnSignal } = await import('../../show-progress.ts')
  const signal = stopOnSignal()
  const onProgress = showProgress(options.json ?? false)
  const seed = wholeOption('--seed', options.seed)
  const { loaded, evaluation } = await trainSound({
    sounds: await soundsOf(options, { seed, signal, onProgress }),
    background: options.background.split(',').map((label) => label.trim()),
    name: options.name,
    version: options.modelVersion,
    license: options.license,
    outDir: options.out,
    runDir: options.run ?? `${options.out}-run`,
    steps: wholeOption('--steps', options.steps),
    batch: wholeOption('--batch', options.batch),
    seed,
    threads: threadsOption(options.threads),
    clock: systemClock,
    onProgress,
    signal,
  })
  const { dir, bundle } = loaded
  if (options.json)
    return void process.stdout.write(
      `${JSON.stringify({ dir, metrics: bundle.metrics, confusion: evaluation.confusion })}\n`,
    )
  process.stdout.write(`${dir}\n`)
  for (const [name, value] of Object.entries(bundle.metrics)) process.stdout.write(`  ${name}: ${value}\n`)
}

async function soundsOf(
  { data, simulated }: Options,
  more: { seed: number; signal: AbortSignal; onProgress: (progress: TrainingProgress) => void },
) {
  const { readLabelledSounds, simulatedSounds } = await import(
    '../../../../pipelines/train/labelled-sounds.ts'
  )
  if ((data === undefined) === (simulated === undefined))
    throw new AppError(
      'API_BAD_REQUEST',
      'give --data (labelled sounds) or --simulated (how many of each kind)',
    )
  if (simulated !== undefined)
    return simulatedSounds({ perKind: wholeOption('--simulated', simulated), seed: more.seed })
  return readLabelledSounds({
    sources: data!,
    seed: more.seed,
    signal: more.signal,
    onDecoded: (done, total) => more.onProgress({ phase: 'load', done, total, loss: null, etaS: 0 }),
  })
}
