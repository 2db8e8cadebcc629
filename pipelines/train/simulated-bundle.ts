import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadedBundle } from '../../src/bundle/load-bundle.ts'
import { writeBundle } from '../../src/bundle/write-bundle.ts'
import { sigmoid } from '../../src/core/activation.ts'
import { createSession } from '../../src/onnx/create-session.ts'
import { Tensor } from '../../src/onnx/onnx-runtime.ts'
import { createClipStream } from '../../src/simulate/clip-stream.ts'
import type { StyleSet } from '../../src/simulate/script.ts'
import {
  averagePrecision,
  bestThreshold,
  labelScores,
  pointAt,
} from '../../src/train/evaluate/multi-label-metrics.ts'

/** What the model that ships looks at and tells. */
export const simulated = {
  labels: ['walking', 'running', 'falling', 'lying', 'fighting', 'waving'],
  clip: { frames: 8, heightPx: 96, widthPx: 160 },
  sampleFps: 8,
  /** Seeds of scenes that are only for measuring; training seeds are far from them. */
  seeds: { train: 1, check: 1_000_001, holdout: 2_000_001 },
}
/** F-measure that sets the thresholds: a false alarm weighs far more than a clip that is missed. */
const falseAlarmBeta = 0.25

/** Trained graph → thresholds and measures on scenes and looks that training never saw → bundle. */
export async function writeSimulatedBundle(options: {
  outDir: string
  graph: Uint8Array
  version: string
  dataset: string
  /** The model card, a file beside this one. */
  card: string
  threads: number
  /** Clips of each measurement. */
  clips?: number
}): Promise<LoadedBundle> {
  const { outDir, graph, version, dataset, card } = options
  const { labels, clip, sampleFps, seeds } = simulated
  // New scenes in looks that training saw, then in looks that it did not.
  const check = await measure(options, 'train', seeds.check)
  const holdout = await measure(options, 'holdout', seeds.holdout)
  const points = labels.map((_, label) =>
    bestThreshold(labelScores(check, label, labels.length), falseAlarmBeta),
  )
  const metrics: Record<string, number> = {}
  labels.forEach((label, index) => {
    for (const [name, set] of [
      ['check', check],
      ['holdout', holdout],
    ] as const) {
      const list = labelScores(set, index, labels.length)
      const point = pointAt(list, points[index]!.threshold)
      metrics[`${name}.${label}.averagePrecision`] = round(averagePrecision(list))
      metrics[`${name}.${label}.precision`] = round(point.precision)
      metrics[`${name}.${label}.recall`] = round(point.recall)
    }
  })
  for (const name of ['check', 'holdout'])
    metrics[`${name}.meanAveragePrecision`] = round(
      labels.reduce((sum, label) => sum + metrics[`${name}.${label}.averagePrecision`]!, 0) / labels.length,
    )
  return writeBundle(
    outDir,
    {
      name: 'actions',
      version,
      kind: 'clip',
      description: 'Actions of simulated people. For trying Vireo, not for real footage.',
      temporal: { frames: clip.frames, sampleFps, strideFrames: 2 },
      input: { name: 'clips', widthPx: clip.widthPx, heightPx: clip.heightPx },
      output: { name: 'logits', activation: 'sigmoid' },
      states: [],
      warmupClips: 0,
      labels: labels.map((name, index) => ({ name, threshold: points[index]!.threshold, background: false })),
      graph: 'model.onnx',
      license: 'Apache-2.0',
      trainedOn: 'simulated',
      parent: null,
      dataset,
      metrics,
    },
    { 'model.onnx': graph, 'README.md': readFileSync(join(import.meta.dirname, card)) },
  )
}

/** Scores of clips that training never saw. */
async function measure(
  { graph, threads, clips = 3008 }: { graph: Uint8Array; threads: number; clips?: number },
  styleSet: StyleSet,
  seed: number,
) {
  const { labels, clip, sampleFps } = simulated
  const batch = 32
  const stream = createClipStream({ ...clip, sampleFps, labels, batch, styleSet, seed, focus: 'even' })
  const session = await createSession(graph, { threads })
  const size = clips * labels.length
  const all = {
    scores: new Float32Array(size),
    target: new Float32Array(size),
    weight: new Float32Array(size),
  }
  for (let done = 0; done < clips; done += batch) {
    const made = await stream.next()
    const shape = [batch, clip.frames, clip.heightPx, clip.widthPx, 3]
    const { logits } = await session.run({ clips: new Tensor('uint8', made.clips, shape) })
    const at = done * labels.length
    all.scores.set((logits!.data as Float32Array).map(sigmoid), at)
    all.target.set(made.target, at)
    all.weight.set(made.weight, at)
  }
  await stream.close()
  await session.release()
  return all
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
