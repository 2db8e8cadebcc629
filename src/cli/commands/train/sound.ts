import { type Command, Option } from 'commander'
import { readLabelledSounds, simulatedSounds } from '../../../../pipelines/train/labelled-sounds.ts'
import { trainSound as trainSounds } from '../../../../pipelines/train/train-sound.ts'
import { systemClock as clock } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import type { TrainingProgress } from '../../../train/evaluate/prediction.ts'
import { inputPath } from '../../options/input-path.ts'
import { list } from '../../options/list.ts'
import { jsonOption, threadsOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printLine } from '../../print-line.ts'
import { showProgress, stopOnSignal } from '../../show-progress.ts'

interface Options {
  out: string
  data?: string[]
  simulated?: number
  background: string[]
  name: string
  modelVersion: string
  license: string
  steps: number
  batch: number
  seed: number
  run?: string
  threads: number
  json?: boolean
}

const usualBackground = 'background,noise,silence,speech'

export function trainSound(command: Command): void {
  command
    .requiredOption('--out <folder>', 'folder of the bundle')
    .option('--data <paths...>', 'labelled sounds: CSV files and folders; also videos with sound', inputPath)
    .option('--simulated <n>', 'instead: so many simulated sounds of each kind', whole())
    .addOption(
      new Option('--background <labels>', 'labels that never alert')
        .argParser(list())
        .default(list()(usualBackground), usualBackground),
    )
    .option('--name <slug>', 'name of the model', 'sounds')
    .option('--model-version <version>', 'version of the bundle', '0.1.0')
    .option('--license <id>', 'SPDX identifier, or NOASSERTION', 'NOASSERTION')
    .option('--steps <n>', 'training steps', whole(), 600)
    .option('--batch <n>', 'windows in a step', whole(), 32)
    .option('--seed <n>', 'seed of the split, the windows and the weights', whole(), 1)
    .option('--run <folder>', 'checkpoints and curves (default: the bundle folder and -run)')
    .addOption(threadsOption())
    .addOption(jsonOption('progress and result as JSON lines'))
    .action(train)
}

async function train(options: Options): Promise<void> {
  const { out, run = `${out}-run`, background, name, steps, batch, seed, threads, json = false } = options
  const signal = stopOnSignal()
  const onProgress = showProgress(json)
  const { loaded, evaluation } = await trainSounds({
    sounds: await soundsOf(options, { signal, onProgress }),
    background,
    name,
    version: options.modelVersion,
    license: options.license,
    outDir: out,
    runDir: run,
    steps,
    batch,
    seed,
    threads,
    clock,
    onProgress,
    signal,
  })
  const { dir, bundle } = loaded
  if (json)
    return printLine(JSON.stringify({ dir, metrics: bundle.metrics, confusion: evaluation.confusion }))
  printLine(dir)
  for (const [metric, value] of Object.entries(bundle.metrics)) printLine(`  ${metric}: ${value}`)
}

async function soundsOf(
  { data, simulated, seed }: Options,
  more: { signal: AbortSignal; onProgress: (progress: TrainingProgress) => void },
) {
  if ((data === undefined) === (simulated === undefined))
    throw new AppError(
      'API_BAD_REQUEST',
      'give --data (labelled sounds) or --simulated (how many of each kind)',
    )
  if (simulated !== undefined) return simulatedSounds({ perKind: simulated, seed })
  return readLabelledSounds({
    sources: data!,
    seed,
    signal: more.signal,
    onDecoded: (done, total) => more.onProgress({ phase: 'load', done, total, loss: null, etaS: 0 }),
  })
}
