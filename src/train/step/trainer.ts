import { AppError } from '../../core/errors.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { gatherParameters, layOut, type ParameterLayout, splitParameters } from '../autodiff/parameters.ts'
import { cutSlices } from '../autodiff/vector-slices.ts'
import { type AdamWSettings, adamWDefaults } from './adamw.ts'
import { firstLossScale, type LossScale, leastLossScale, nextLossScale } from './loss-scale.ts'
import type { Objective, ObjectiveInput } from './objective.ts'
import { createStateInPlace, createStateVector, views } from './state-vector.ts'
import {
  buildAccumulateGraph,
  buildApplyGraph,
  buildStepGraph,
  hasScales,
  type Precision,
  type StepOptions,
} from './step-graph.ts'
import { openTrainingSession, type TrainingProvider, type TrainingSession } from './training-session.ts'

/** The objective's inputs by name. */
export type Feeds = Readonly<Record<string, Uint8Array | Int16Array | Float32Array | BigInt64Array>>

/** A copy: the trainer goes on without it. */
export interface TrainerState {
  /** All weights in the layout of the objective, the frozen ones too. */
  readonly weights: Float32Array
  /** Moments of the trained weights, in the layout of those alone. */
  readonly m: Float32Array
  readonly v: Float32Array
  /** Steps done. */
  readonly step: number
  /** The moving average of the weights, in the layout of the objective; null where none is kept. */
  readonly average?: Float32Array | null
  /** How the loss is scaled; null in float32. */
  readonly lossScale?: LossScale | null
}

export interface StepResult {
  readonly loss: number
  readonly norm: number
  /** In half precision: the gradient was not finite, the weights stay as they were. The norm is then 0. */
  readonly skipped: boolean
}

export interface Trainer {
  /**
   * One step; the loss before it and the length of the gradient. With `parts` above 1 it takes a list of as many
   * feeds, whose gradients are averaged.
   *
   * @throws AppError TRAIN_DIVERGED; the moments are then lost, and the trainer can only be closed.
   */
  step(feeds: Feeds | readonly Feeds[], learningRate: number): Promise<StepResult>
  state(): TrainerState
  close(): Promise<void>
}

export interface TrainerOptions {
  readonly objective: Objective
  readonly threads: number
  /** Weights to start with (see initialWeights); not used when `from` is given. */
  readonly weights?: Float32Array
  /** A state to go on from. */
  readonly from?: TrainerState
  readonly optimiser?: Partial<AdamWSettings>
  /** Share of the learning rate for each tensor; 0 freezes it. All are 1 when left out. */
  readonly scaleOf?: (parameter: string) => number
  /** How much of the moving average stays in a step; none is kept when left out. The first steps average less. */
  readonly averageDecay?: number
  /**
   * Into how many parts a batch is cut: memory is that of one part. The objective is that of a part, so a batch
   * is `parts` times as large.
   */
  readonly parts?: number
  readonly provider?: TrainingProvider
  /**
   * fp16 runs products and what lies between them in half precision, with float32 weights and a scaled loss. For GPUs:
   * the CPU casts back and forth. Only with the engine `onnx`.
   */
  readonly precision?: Precision
  /**
   * What runs the graphs. `onnx` (the default) is ONNX Runtime on the provider. `tfjs` is TensorFlow.js, which
   * differentiates by itself: a second opinion, and a way to a GPU where its binding is installed.
   */
  readonly engine?: TrainingEngine
}

export type TrainingEngine = 'onnx' | 'tfjs'

/** Minimises an objective by running its step graph. @throws AppError TRAIN_ENGINE, TRAIN_PLAN, MODEL_PROVIDER */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { objective, from, averageDecay, parts = 1, precision = 'fp32' } = options
  const settings = { ...adamWDefaults, ...options.optimiser }
  const scaleOf = options.scaleOf ?? (() => 1)
  const whole = layOut(objective.parameters)
  const { trained, frozen } = splitParameters(objective.parameters, scaleOf)
  const stepOptions = { scaleOf, average: averageDecay !== undefined, precision }
  const { step, accumulate, apply } = await openSessions(options, settings, stepOptions)

  const first = from?.weights ?? options.weights ?? new Float32Array(whole.total)
  const frozenWeights = gatherParameters(first, whole, frozen)
  const slices = cutSlices(trained)
  const vector = (name: string, values: Float32Array) => createStateVector(name, slices, values)
  const zeros = () => new Float32Array(trained.total)
  // Gathered and sliced: what the caller gave is not written to.
  const weights = vector('weights', gatherParameters(first, whole, trained))
  // A step in half precision may be taken back.
  const moment = precision === 'fp16' ? createStateVector : createStateInPlace
  const m = moment('m', slices, from?.m.slice() ?? zeros())
  const v = moment('v', slices, from?.v.slice() ?? zeros())
  const average =
    averageDecay === undefined
      ? null
      : vector('average', gatherParameters(from?.average ?? first, whole, trained))
  const updated = [weights, m, v, ...(average ? [average] : [])]
  const sum = accumulate === null ? null : createStateInPlace('sum', slices, zeros())
  let stepsDone = from?.step ?? 0
  let lossScale = precision === 'fp16' ? (from?.lossScale ?? firstLossScale) : null
  /** Steps that moved the weights. */
  const updates = () => stepsDone - (lossScale?.skipped ?? 0)

  const measured = { loss: scalar(0), norm: scalar(0) }
  const frozenFeed = views('frozen', cutSlices(frozen), frozenWeights)
  const scaleFeed = hasScales(slices, { scaleOf })
    ? views('scales', slices, scaleVector(trained, scaleOf))
    : {}
  const updateFeeds = (rate: number) => ({
    ...weights.feeds,
    ...m.feeds,
    ...v.feeds,
    rate: scalar(rate),
    correct1: scalar(1 / (1 - settings.beta1 ** (updates() + 1))),
    correct2: scalar(1 / (1 - settings.beta2 ** (updates() + 1))),
    ...scaleFeed,
    ...(average !== null && {
      ...average.feeds,
      average_decay: scalar(Math.min(averageDecay!, (1 + updates()) / (10 + updates()))),
    }),
  })
  const updateInto = () => Object.assign({ norm: measured.norm }, ...updated.map(({ into }) => into))

  const runWhole = async (feeds: Feeds, rate: number) => {
    const tensors = tensorsOf(objective.inputs, feeds)
    await step!.run(
      { ...updateFeeds(rate), ...frozenFeed, ...tensors },
      { ...updateInto(), loss: measured.loss },
    )
    return numberOf(measured.loss)
  }
  const runParts = async (list: readonly Feeds[], rate: number) => {
    sum!.now.fill(0)
    let loss = 0
    for (const feeds of list) {
      const tensors = tensorsOf(objective.inputs, feeds)
      const scaled = lossScale && { loss_scale: scalar(lossScale.scale) }
      await accumulate!.run(
        { ...weights.feeds, ...sum!.feeds, ...frozenFeed, ...tensors, ...scaled },
        { ...sum!.into, loss: measured.loss },
      )
      loss += numberOf(measured.loss) / parts
    }
    const share = 1 / (parts * (lossScale?.scale ?? 1))
    await apply!.run({ ...updateFeeds(rate), ...sum!.feeds, share: scalar(share) }, updateInto())
    return loss
  }
  const joined = (values: Float32Array) =>
    joinParameters(whole, [
      { layout: trained, values },
      { layout: frozen, values: frozenWeights },
    ])

  return {
    async step(feeds, learningRate) {
      const list = Array.isArray(feeds) ? (feeds as readonly Feeds[]) : [feeds as Feeds]
      if (list.length !== parts)
        throw new AppError(
          'BUG_UNEXPECTED',
          `the trainer takes ${parts} parts of a batch, not ${list.length}`,
        )
      const loss = await (step !== null && parts === 1
        ? runWhole(list[0]!, learningRate)
        : runParts(list, learningRate))
      const norm = numberOf(measured.norm)
      const finite = Number.isFinite(loss) && Number.isFinite(norm)
      if (lossScale) lossScale = nextLossScale(lossScale, finite)
      if (!finite && lossScale && lossScale.scale >= leastLossScale) {
        stepsDone += 1
        return { loss, norm: 0, skipped: true }
      }
      if (!finite)
        throw new AppError(
          'TRAIN_DIVERGED',
          `step ${stepsDone + 1}: the loss is ${loss}, the gradient ${norm}`,
        )
      for (const each of updated) each.swap()
      stepsDone += 1
      return { loss, norm, skipped: false }
    },
    state: () => ({
      weights: joined(weights.now),
      m: m.now.slice(),
      v: v.now.slice(),
      step: stepsDone,
      average: average === null ? null : joined(average.now),
      lossScale,
    }),
    async close() {
      for (const session of [step, accumulate, apply]) await session?.close()
    },
  }
}

/** A session for the whole step, or one for the gradient of a part and one for the update. */
async function openSessions(
  { objective, threads, parts = 1, provider = 'cpu', engine = 'onnx', precision = 'fp32' }: TrainerOptions,
  settings: AdamWSettings,
  stepOptions: StepOptions,
): Promise<Record<'step' | 'accumulate' | 'apply', TrainingSession | null>> {
  if (engine === 'tfjs') {
    if (precision !== 'fp32')
      throw new AppError('TRAIN_PLAN', 'precision: fp16 needs the engine onnx; TensorFlow.js trains in fp32')
    const { openTfjsSessions } = await import('../engine-tfjs/tfjs-sessions.ts')
    return openTfjsSessions(objective, settings, stepOptions)
  }
  const open = (graph: Uint8Array) => openTrainingSession(graph, { threads, provider })
  // In half precision the update has a graph of its own, which stays float32.
  if (parts === 1 && precision === 'fp32')
    return {
      step: await open(buildStepGraph(objective, settings, stepOptions)),
      accumulate: null,
      apply: null,
    }
  return {
    step: null,
    accumulate: await openTrainingSession(buildAccumulateGraph(objective, stepOptions), {
      threads,
      provider,
      precision,
    }),
    apply: await open(buildApplyGraph(objective, settings, stepOptions)),
  }
}

function scalar(value: number): Tensor {
  return new Tensor('float32', Float32Array.of(value), [])
}

function numberOf({ data }: Tensor): number {
  return (data as Float32Array)[0]!
}

function scaleVector({ entries, total }: ParameterLayout, scaleOf: (name: string) => number): Float32Array {
  const scales = new Float32Array(total)
  for (const { name, start, count } of entries) scales.fill(scaleOf(name), start, start + count)
  return scales
}

/** All weights as a vector of their own. */
function joinParameters(
  whole: ParameterLayout,
  parts: readonly { layout: ParameterLayout; values: Float32Array }[],
): Float32Array {
  const out = new Float32Array(whole.total)
  const starts = new Map(whole.entries.map(({ name, start }) => [name, start]))
  for (const { layout, values } of parts)
    for (const { name, start, count } of layout.entries)
      out.set(values.subarray(start, start + count), starts.get(name)!)
  return out
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
