import type { Command } from 'commander'
import { trainSkeleton as trainSkeletons } from '../../../../pipelines/train/train-skeleton.ts'
import { systemClock as clock } from '../../../core/clock.ts'
import { jsonOption, threadsOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printLine } from '../../print-line.ts'
import { showProgress, stopOnSignal } from '../../show-progress.ts'

interface Options {
  out: string
  modelVersion: string
  steps: number
  batch: number
  seed: number
  run?: string
  threads: number
  json?: boolean
}

export function trainSkeleton(command: Command): void {
  command
    .requiredOption('--out <folder>', 'folder of the bundle')
    .option('--model-version <version>', 'version of the bundle', '1.0.0')
    .option('--steps <n>', 'training steps', whole(), 7000)
    .option('--batch <n>', 'windows in a step', whole(), 128)
    .option('--seed <n>', 'seed of the people, the cameras and the weights', whole(), 1)
    .option('--run <folder>', 'checkpoints and curves (default: the bundle folder and -run)')
    .addOption(threadsOption())
    .addOption(jsonOption('progress and result as JSON lines'))
    .action(train)
}

async function train(options: Options): Promise<void> {
  const {
    out,
    run = `${out}-run`,
    modelVersion: version,
    steps,
    batch,
    seed,
    threads,
    json = false,
  } = options
  const { dir, bundle } = await trainSkeletons({
    outDir: out,
    runDir: run,
    version,
    steps,
    batch,
    seed,
    threads,
    clock,
    onProgress: showProgress(json),
    signal: stopOnSignal(),
  })
  if (json) return printLine(JSON.stringify({ dir, metrics: bundle.metrics }))
  printLine(dir)
  for (const [name, value] of Object.entries(bundle.metrics)) printLine(`  ${name}: ${value}`)
}
