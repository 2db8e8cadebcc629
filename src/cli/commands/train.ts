import type { Command } from 'commander'
import { AppError } from '../../core/errors.ts'

interface Options {
  out: string
  steps: string
  batch: string
  seed: string
  threads?: string
  json?: boolean
}

export function registerTrain(program: Command): void {
  const train = program.command('train').description('Train models on this machine.')
  train
    .command('simulated')
    .description('Train the model that ships with Vireo, on simulated scenes.')
    .requiredOption('--out <folder>', 'folder of the bundle')
    .option('--steps <n>', 'training steps', '4500')
    .option('--batch <n>', 'clips in a step', '16')
    .option('--seed <n>', 'seed of scenes and weights', '1')
    .option('--threads <n>', 'threads of ONNX Runtime; all cores but one unless given')
    .option('--json', 'progress and result as JSON lines')
    .action(async (options: Options) => {
      const { systemClock } = await import('../../core/clock.ts')
      const { trainSimulated } = await import('../../../pipelines/train-simulated.ts')
      let shownMs = Number.NEGATIVE_INFINITY
      const { bundle, dir } = await trainSimulated({
        outDir: options.out,
        steps: whole('--steps', options.steps),
        batch: whole('--batch', options.batch),
        seed: whole('--seed', options.seed),
        ...(options.threads === undefined ? {} : { threads: whole('--threads', options.threads) }),
        clock: systemClock,
        onProgress(progress) {
          const nowMs = systemClock.monoMs()
          if (nowMs - shownMs < 5000 && progress.step < progress.steps) return
          shownMs = nowMs
          const { step, steps, loss, etaS } = progress
          const line = options.json
            ? JSON.stringify(progress)
            : `step ${step}/${steps}  loss ${loss.toFixed(4)}  ${Math.ceil(etaS / 60)} min left`
          process.stderr.write(`${line}\n`)
        },
      })
      if (options.json) process.stdout.write(`${JSON.stringify({ dir, metrics: bundle.metrics })}\n`)
      else {
        process.stdout.write(`${dir}\n`)
        for (const [name, value] of Object.entries(bundle.metrics))
          process.stdout.write(`  ${name}: ${value}\n`)
      }
    })
}

function whole(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new AppError('API_BAD_REQUEST', `${option} ${text}: give a whole number above 0`)
}
