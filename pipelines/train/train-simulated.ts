import { availableParallelism } from 'node:os'
import type { LoadedBundle } from '../../src/bundle/load-bundle.ts'
import type { Clock } from '../../src/core/clock.ts'
import { createRandom } from '../../src/core/random.ts'
import { createClipStream } from '../../src/simulate/clip-stream.ts'
import { initialWeights, layOut } from '../../src/train/autodiff/parameters.ts'
import { createFrameCnn } from '../../src/train/models/frame-cnn.ts'
import type { VideoModel } from '../../src/train/models/video-model.ts'
import { multiLabel } from '../../src/train/step/objective.ts'
import { buildServingGraph } from '../../src/train/step/step-graph.ts'
import { cosineRate, createTrainer } from '../../src/train/step/trainer.ts'
import { simulated, writeSimulatedBundle } from './simulated-bundle.ts'

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

const { labels, clip, sampleFps, seeds } = simulated

/** Simulated scenes → the baseline, trained → thresholds and measures → bundle. */
export async function trainSimulated(options: TrainSimulatedOptions): Promise<LoadedBundle> {
  const { outDir, steps, batch, seed, clock, onProgress, fromWeights } = options
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1)
  const model = createFrameCnn({ clip, labels, widths: [16, 32, 48, 64], mixed: 128 })
  const settleSteps = Math.ceil(steps / 3)
  const weights = fromWeights ? await settle(model, fromWeights) : await train(model)
  const graph = buildServingGraph(model, weights)
  return writeSimulatedBundle({
    outDir,
    graph,
    version: '0.1.0',
    dataset: `simulated scenes, seed ${seed}, ${(steps + settleSteps) * batch} clips`,
    card: 'simulated-cnn-card.md',
    threads,
  })

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
}
