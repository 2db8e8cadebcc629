import { writeFileSync, writeSync } from 'node:fs'
import { systemClock } from '../../src/core/clock.ts'
import { fineTune } from '../../src/train/run/fine-tune.ts'
import { parseFineTunePlan } from '../../src/train/run/fine-tune-plan.ts'
import { tinyFootage, tinyModel } from '../unit/train/tiny-footage.ts'

// Trains in the folder argv[2], says every step, and writes the final weights to argv[3].
const [runDir, out] = process.argv.slice(2) as [string, string]
const { weights } = await fineTune({
  model: tinyModel,
  start: null,
  train: tinyFootage({ seed: 1, perLabel: 6 }),
  validation: tinyFootage({ seed: 2, perLabel: 4 }),
  plan: parseFineTunePlan({
    epochs: 20,
    batch: 4,
    microBatch: 2,
    peakRate: 2e-3,
    mixup: 0.2,
    dropPath: 0.2,
    averageDecay: 0.95,
    layerDecay: 0.9,
    checkpointEvery: 4,
  }),
  runDir,
  threads: 1,
  seed: 7,
  clock: systemClock,
  // Not console.log: it must be out before the process can be killed.
  onProgress: ({ done }) => writeSync(1, `step ${done}\n`),
  signal: new AbortController().signal,
})
writeFileSync(out, weights)
