import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { LoadedBundle } from '../src/bundle/load-bundle.ts'
import { writeBundle } from '../src/bundle/write-bundle.ts'
import type { Clock } from '../src/core/clock.ts'
import { createRandom } from '../src/core/random.ts'
import { createClipStream } from '../src/simulate/clip-stream.ts'
import type { StyleSet } from '../src/simulate/script.ts'
import { createFrameCnn } from '../src/train/models/frame-cnn.ts'
import type { VideoModel } from '../src/train/models/video-model.ts'
import { averagePrecision, bestThreshold, labelScores, pointAt } from '../src/train/multi-label-metrics.ts'
import { multiLabel } from '../src/train/objective.ts'
import { initialWeights, layOut } from '../src/train/parameters.ts'
import { buildServingGraph } from '../src/train/step-graph.ts'
import { cosineRate, createTrainer } from '../src/train/trainer.ts'

export interface TrainSimulatedOptions {
  readonly outDir: string
  readonly steps: number
  readonly batch: number
  readonly seed: number
  readonly threads?: number
  /** Weights after the first stage: only the second one is trained. */
  readonly fromWeights?: Float32Array
  readonly clock: Clock
  readonly onProgress: (progress: { step: number; steps: number; loss: number; etaS: number }) => void
}

const labels = ['walking', 'running', 'falling', 'lying', 'fighting', 'waving']
const clip = { frames: 8, heightPx: 96, widthPx: 160 }
const sampleFps = 8
/** Seeds of scenes that are only for measuring; training seeds are far from them. */
const seeds = { train: 1, check: 1_000_001, holdout: 2_000_001 }
/** F-measure that sets the thresholds: a false alarm weighs far more than a clip that is missed. */
const falseAlarmBeta = 0.25
const checkClips = 3008

/** Simulated scenes → trained model → thresholds and measures → bundle. */
export async function trainSimulated(options: TrainSimulatedOptions): Promise<LoadedBundle> {
  const { outDir, steps, batch, seed, clock, onProgress, fromWeights } = options
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1)
  const model = createFrameCnn({ clip, labels, widths: [16, 32, 48, 64], mixed: 128 })
  const settleSteps = Math.ceil(steps / 3)
  const weights = fromWeights ? await settle(model, fromWeights) : await train(model)
  const graph = buildServingGraph(model, weights)
  const check = await measure(graph, 'train', seeds.check)
  const holdout = await measure(graph, 'holdout', seeds.holdout)
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
      version: '0.1.0',
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
      parent: null,
      dataset: `simulated scenes, seed ${seed}, ${(steps + settleSteps) * batch} clips`,
      metrics,
    },
    { 'model.onnx': graph, 'README.md': readFileSync(join(import.meta.dirname, 'simulated-model-card.md')) },
  )

  /** First on clips full of events, then on clips as a camera sees them, which are mostly uneventful. */
  async function train(model: VideoModel): Promise<Float32Array> {
    const random = createRandom(seed).fork('weights')
    const first = initialWeights(layOut(model.parameters), () => random.normal())
    const learned = await stage(model, first, { focus: 'events', count: steps, peak: 2e-3, done: 0 })
    return settle(model, learned)
  }

  function settle(model: VideoModel, weights: Float32Array): Promise<Float32Array> {
    return stage(model, weights, { focus: 'even', count: settleSteps, peak: 5e-4, done: steps })
  }

  async function stage(
    model: VideoModel,
    weights: Float32Array,
    plan: { focus: 'events' | 'even'; count: number; peak: number; done: number },
  ): Promise<Float32Array> {
    const { focus, count, peak, done } = plan
    const shape = { ...clip, sampleFps, labels, batch, grid: model.grid!, focus }
    const stream = createClipStream({ ...shape, styleSet: 'train', seed: seeds.train + seed + done })
    const trainer = await createTrainer({
      objective: multiLabel(model, { batch, supervision: 'cells' }),
      threads,
      weights,
      optimiser: { weightDecay: 0.02 },
    })
    const startedMs = clock.monoMs()
    const all = steps + settleSteps
    let loss = 0
    for (let step = 0; step < count; step += 1) {
      const { clips, cellTarget, cellWeight } = await stream.next()
      const rate = cosineRate(step, { steps: count, warmup: 100, peak })
      const result = await trainer.step({ clips, target: cellTarget, weight: cellWeight }, rate)
      loss = step === 0 ? result.loss : loss * 0.98 + result.loss * 0.02
      const perStepS = (clock.monoMs() - startedMs) / 1000 / (step + 1)
      onProgress({ step: done + step + 1, steps: all, loss, etaS: perStepS * (all - done - step - 1) })
    }
    await stream.close()
    const { weights: learned } = trainer.state()
    await trainer.close()
    return learned
  }

  /** Scores of clips that training never saw. */
  async function measure(graph: Uint8Array, styleSet: StyleSet, firstSeed: number) {
    const stream = createClipStream({
      ...clip,
      sampleFps,
      labels,
      batch: 32,
      styleSet,
      seed: firstSeed,
      focus: 'even',
    })
    const session = await InferenceSession.create(graph, { intraOpNumThreads: threads })
    const size = checkClips * labels.length
    const all = {
      scores: new Float32Array(size),
      target: new Float32Array(size),
      weight: new Float32Array(size),
    }
    for (let done = 0; done < checkClips; done += 32) {
      const made = await stream.next()
      const shape = [32, clip.frames, clip.heightPx, clip.widthPx, 3]
      const { logits } = await session.run({ clips: new Tensor('uint8', made.clips, shape) })
      const at = done * labels.length
      all.scores.set(
        (logits!.data as Float32Array).map((x) => 1 / (1 + Math.exp(-x))),
        at,
      )
      all.target.set(made.target, at)
      all.weight.set(made.weight, at)
    }
    await stream.close()
    await session.release()
    return all
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
