import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { initialWeights, layOut, type ParameterLayout } from '../../../src/train/autodiff/parameters.ts'
import type { presets } from '../../../src/train/models/presets.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { adamWDefaults } from '../../../src/train/step/adamw.ts'
import { createRandom } from '../infer/bench-model.ts'

/** What both engines train, as files that both can read. */
export interface TrainingPlan {
  readonly settings: (typeof presets)[keyof typeof presets]
  readonly labels: number
  readonly batch: number
  readonly threads: number
  readonly rate: number
  readonly weightDecay: number
  readonly clipNorm: number
  /** Flat float32 weights to start with, in the order of `entries`. */
  readonly weightsPath: string
  readonly entries: ParameterLayout['entries']
  /** Clips uint8 [batches, batch, T, H, W, 3] and targets float32 [batches, batch, labels]; used in turn. */
  readonly clipsPath: string
  readonly targetPath: string
}

const labels = 10
const batches = 4

/** Writes weights, clips and targets of a fixed seed into a folder, and the plan beside them; gives the plan's path. */
export function writeTrainingPlan(
  dir: string,
  options: { settings: TrainingPlan['settings']; batch: number; threads: number },
): string {
  const { settings, batch } = options
  const model = createVideoTransformer({ ...settings, labels: labelNames(labels) })
  const layout = layOut(model.parameters)
  const random = createRandom(11)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const { frames, heightPx, widthPx } = settings.clip
  const clips = Uint8Array.from(
    { length: batches * batch * frames * heightPx * widthPx * 3 },
    () => random() * 256,
  )
  const target = new Float32Array(batches * batch * labels)
  for (let row = 0; row < batches * batch; row += 1) target[row * labels + (row % labels)] = 1
  const file = (suffix: string, data: Uint8Array | Float32Array) => {
    const path = join(dir, `${settings.name}-${suffix}.bin`)
    writeFileSync(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    return path
  }
  const plan: TrainingPlan = {
    ...options,
    labels,
    rate: 1e-4,
    weightDecay: adamWDefaults.weightDecay,
    clipNorm: adamWDefaults.clipNorm,
    weightsPath: file('weights', initialWeights(layout, normal)),
    entries: layout.entries,
    clipsPath: file('clips', clips),
    targetPath: file('target', target),
  }
  const path = join(dir, `${settings.name}.json`)
  writeFileSync(path, JSON.stringify(plan))
  return path
}

export function labelNames(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `action${n}`)
}
