import { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError } from '../core/errors.ts'
import { type AdamWSettings, adamWDefaults } from './adamw.ts'
import type { Objective, ObjectiveInput } from './objective.ts'
import { layOut } from './parameters.ts'
import { buildStepGraph } from './step-graph.ts'

/** The objective's inputs by name. */
export type Feeds = Readonly<Record<string, Uint8Array | Float32Array | BigInt64Array>>

export interface TrainerState {
  readonly weights: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
  /** Steps done. */
  readonly step: number
}

export interface Trainer {
  /** One step; the loss before it and the length of the gradient. @throws AppError TRAIN_DIVERGED */
  step(feeds: Feeds, learningRate: number): Promise<{ loss: number; norm: number }>
  state(): TrainerState
  close(): Promise<void>
}

/** Minimises an objective by running its step graph in ONNX Runtime. */
export async function createTrainer(options: {
  objective: Objective
  threads: number
  /** Weights to start with (see initialWeights); not used when `from` is given. */
  weights?: Float32Array
  /** A state to go on from. */
  from?: TrainerState
  optimiser?: Partial<AdamWSettings>
}): Promise<Trainer> {
  const { objective, threads, from } = options
  const settings = { ...adamWDefaults, ...options.optimiser }
  const layout = layOut(objective.parameters)
  const session = await InferenceSession.create(buildStepGraph(objective, settings), {
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
  })
  let state: TrainerState = from ?? {
    weights: options.weights ?? new Float32Array(layout.total),
    m: new Float32Array(layout.total),
    v: new Float32Array(layout.total),
    step: 0,
  }
  const scalar = (value: number) => new Tensor('float32', Float32Array.of(value), [])
  const flat = (values: Float32Array) => new Tensor('float32', values, [layout.total])

  return {
    async step(feeds, learningRate) {
      const step = state.step + 1
      const result = await session.run({
        weights: flat(state.weights),
        m: flat(state.m),
        v: flat(state.v),
        ...tensorsOf(objective.inputs, feeds),
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

/** What an objective is fed with as tensors. */
export function tensorsOf(inputs: readonly ObjectiveInput[], feeds: Feeds): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map(({ name, type, shape }) => [
      name,
      new Tensor(type as 'float32', feeds[name] as Float32Array, shape),
    ]),
  )
}

/** Learning rate at a step: linear warm-up, then half a cosine down to a tenth (Loshchilov and Hutter 2017). */
export function cosineRate(step: number, plan: { steps: number; warmup: number; peak: number }): number {
  const { steps, warmup, peak } = plan
  if (step < warmup) return (peak * (step + 1)) / warmup
  const share = Math.min(1, (step - warmup) / Math.max(1, steps - warmup))
  return peak * (0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * share)))
}
