import { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError } from '../core/errors.ts'
import { type AdamWSettings, adamWDefaults } from './adamw.ts'
import type { VideoModel } from './models/video-model.ts'
import { layOut } from './parameters.ts'
import { buildStepGraph, type Supervision, truthSize } from './step-graph.ts'

export interface TrainingBatch {
  /** uint8 [N, T, H, W, 3] */
  readonly clips: Uint8Array
  /** [N, truth], 0–1; see Supervision. */
  readonly target: Float32Array
  /** [N, truth]; 0 where the truth is not known. */
  readonly weight: Float32Array
}

export interface TrainerState {
  readonly weights: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
  /** Steps done. */
  readonly step: number
}

export interface Trainer {
  /** One step; the loss before it and the length of the gradient. @throws AppError TRAIN_DIVERGED */
  step(batch: TrainingBatch, learningRate: number): Promise<{ loss: number; norm: number }>
  state(): TrainerState
  close(): Promise<void>
}

/** Trains a model by running its step graph in ONNX Runtime. */
export async function createTrainer(options: {
  model: VideoModel
  batch: number
  threads: number
  /** Weights to start with (see initialWeights); not used when `from` is given. */
  weights?: Float32Array
  /** A state to go on from. */
  from?: TrainerState
  optimiser?: Partial<AdamWSettings>
  supervision?: Supervision
}): Promise<Trainer> {
  const { model, batch, threads, from, supervision = 'clip' } = options
  const settings = { ...adamWDefaults, ...options.optimiser }
  const layout = layOut(model.parameters)
  const session = await InferenceSession.create(
    buildStepGraph(model, { batch, supervision, optimiser: settings }),
    {
      intraOpNumThreads: threads,
      graphOptimizationLevel: 'all',
    },
  )
  let state: TrainerState = from ?? {
    weights: options.weights ?? new Float32Array(layout.total),
    m: new Float32Array(layout.total),
    v: new Float32Array(layout.total),
    step: 0,
  }
  const { frames, heightPx, widthPx } = model.clip
  const scalar = (value: number) => new Tensor('float32', Float32Array.of(value), [])
  const flat = (values: Float32Array) => new Tensor('float32', values, [layout.total])

  return {
    async step({ clips, target, weight }, learningRate) {
      const step = state.step + 1
      const truth = [batch, truthSize(model, supervision)]
      const result = await session.run({
        weights: flat(state.weights),
        m: flat(state.m),
        v: flat(state.v),
        clips: new Tensor('uint8', clips, [batch, frames, heightPx, widthPx, 3]),
        target: new Tensor('float32', target, truth),
        weight: new Tensor('float32', weight, truth),
        rate: scalar(learningRate),
        correct1: scalar(1 / (1 - settings.beta1 ** step)),
        correct2: scalar(1 / (1 - settings.beta2 ** step)),
      })
      const numbers = (name: string) => result[name]!.data as Float32Array
      const loss = numbers('loss')[0]!
      const norm = numbers('norm')[0]!
      if (!Number.isFinite(loss) || !Number.isFinite(norm))
        throw new AppError('TRAIN_DIVERGED', `step ${step}: the loss is ${loss}, the gradient ${norm}`)
      state = { weights: numbers('weights_next'), m: numbers('m_next'), v: numbers('v_next'), step }
      return { loss, norm }
    },
    state: () => state,
    close: () => session.release(),
  }
}

/** Learning rate at a step: linear warm-up, then half a cosine down to a tenth (Loshchilov and Hutter 2017). */
export function cosineRate(step: number, plan: { steps: number; warmup: number; peak: number }): number {
  const { steps, warmup, peak } = plan
  if (step < warmup) return (peak * (step + 1)) / warmup
  const share = Math.min(1, (step - warmup) / Math.max(1, steps - warmup))
  return peak * (0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * share)))
}
