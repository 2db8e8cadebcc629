import { createGraphBuilder, type GraphBuilder } from '../../onnx/graph-builder.ts'
import { convertFp16 } from '../../onnx/quantize/convert-fp16.ts'
import {
  flatGradient,
  frozenParameters,
  layOut,
  splitParameters,
  trainableParameters,
} from '../autodiff/parameters.ts'
import { createTape, type Tape, type Value } from '../autodiff/tape.ts'
import {
  cutSlices,
  type Slice,
  sliceGradients,
  sliceInputs,
  sliceOutputs,
  sliceParameters,
} from '../autodiff/vector-slices.ts'
import { clipTensor, type VideoModel } from '../models/video-model.ts'
import { type AdamWSettings, type AdamWState, emitAdamW } from './adamw.ts'
import type { Objective } from './objective.ts'

/** How a step differs from the plain one, in which every tensor is trained at the same rate. */
export interface StepOptions {
  /** Share of the learning rate for each tensor; 0 freezes it: it gets no gradient and no moments. */
  readonly scaleOf?: (parameter: string) => number
  /** Whether a moving average of the weights is kept. */
  readonly average?: boolean
  /**
   * fp16: forward and backward run in half precision where that is safe, and the gradient is that of the loss times
   * the input `loss_scale`. Weights, moments and the update stay float32.
   */
  readonly precision?: Precision
}

export type Precision = 'fp32' | 'fp16'

/**
 * One training step as one ONNX graph: forward, backward and AdamW. Weights and all that goes with them come and go slice
 * by slice (see cutSlices).
 * In: weights, m, v; frozen, the weights that are not trained; what the objective is fed with; rate, correct1, correct2;
 * scales where tensors differ in rate; average and average_decay where an average is kept.
 * Out: weights_next, m_next, v_next; average_next where it is kept; loss; norm.
 */
export function buildStepGraph(
  objective: Objective,
  optimiser: AdamWSettings,
  options: StepOptions = {},
): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-step` })
  const slices = trainedSlices(objective, options)
  const weights = sliceInputs(graph, 'weights', slices)
  const { gradients, loss } = emitGradients(graph, objective, { slices, weights }, options)
  emitUpdate(graph, slices, { weights, gradients }, { optimiser, options })
  graph.output('loss', loss, 'float32', [])
  return graph.model()
}

/**
 * The gradient of a part of a batch, added to what came before. In half precision the sum is taken in float32.
 * In: weights, sum, frozen, slice by slice; what the objective is fed with; loss_scale in half precision.
 * Out: sum_next; loss, not scaled.
 */
export function buildAccumulateGraph(objective: Objective, options: StepOptions = {}): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-accumulate` })
  const slices = trainedSlices(objective, options)
  const weights = sliceInputs(graph, 'weights', slices)
  const sums = sliceInputs(graph, 'sum', slices)
  const { gradients, loss } = emitGradients(graph, objective, { slices, weights }, options)
  const next = sums.map((sum, n) => graph.op('Add', [sum, gradients[n]!]))
  sliceOutputs(graph, 'sum', slices, next)
  graph.output('loss', loss, 'float32', [])
  return options.precision === 'fp16' ? convertFp16(graph.model()).model : graph.model()
}

/**
 * The update that follows on accumulated gradients. In and out as the step graph, with sum and share (1 / parts)
 * instead of what the objective is fed with.
 */
export function buildApplyGraph(
  objective: Objective,
  optimiser: AdamWSettings,
  options: StepOptions = {},
): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-apply` })
  const slices = trainedSlices(objective, options)
  const weights = sliceInputs(graph, 'weights', slices)
  const share = graph.input('share', 'float32', [])
  const gradients = sliceInputs(graph, 'sum', slices).map((sum) => graph.op('Mul', [sum, share]))
  emitUpdate(graph, slices, { weights, gradients }, { optimiser, options })
  return graph.model()
}

/** The gradient alone, for checks. In: weights [P] and what the objective is fed with. Out: gradient [P], loss. */
export function buildGradientGraph(objective: Objective): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-gradient` })
  const layout = layOut(objective.parameters)
  const tape = createTape(graph)
  const flat = graph.input('weights', 'float32', [layout.total])
  const parameters = trainableParameters(tape, flat, layout)
  const loss = emitLoss(tape, objective, parameters)
  const gradientOf = tape.gradients(loss)
  const gradient = flatGradient(graph, layout, (name) => gradientOf(parameters.get(name)!))
  graph.output('gradient', gradient, 'float32', [layout.total])
  graph.output('loss', loss.name, 'float32', [])
  return graph.model()
}

/**
 * The way forward alone, for an engine that differentiates by itself. In: every parameter by its name, and what the
 * objective is fed with. Out: loss.
 */
export function buildLossGraph(objective: Objective): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-loss` })
  const tape = createTape(graph)
  const parameters = new Map(
    objective.parameters.map(({ name, shape }) => [
      name,
      tape.leaf(graph.input(name, 'float32', shape), shape),
    ]),
  )
  graph.output('loss', emitLoss(tape, objective, parameters).name, 'float32', [])
  return graph.model()
}

function trainedSlices({ parameters }: Objective, { scaleOf = () => 1 }: StepOptions): Slice[] {
  return cutSlices(splitParameters(parameters, scaleOf).trained)
}

/** Declares what the objective is fed with, and emits the way forward. */
function emitLoss(tape: Tape, objective: Objective, parameters: ReadonlyMap<string, Value>): Value {
  for (const { name, type, shape } of objective.inputs) tape.graph.input(name, type, shape)
  return objective.loss(
    tape,
    (name) => parameters.get(name)!,
    (name) => name,
  )
}

/** Forward and backward: declares what the objective is fed with, gives the gradient of each slice of what is trained. */
function emitGradients(
  graph: GraphBuilder,
  objective: Objective,
  { slices, weights }: { slices: readonly Slice[]; weights: readonly string[] },
  { scaleOf = () => 1, precision = 'fp32' }: StepOptions,
): { gradients: string[]; loss: string } {
  const tape = createTape(graph)
  const parameters = sliceParameters(tape, slices, weights)
  const frozen = cutSlices(splitParameters(objective.parameters, scaleOf).frozen)
  const kept = sliceParameters(tape, frozen, sliceInputs(graph, 'frozen', frozen))
  for (const [name, { name: value, shape }] of kept) parameters.set(name, tape.constant(value, shape))
  const loss = emitLoss(tape, objective, parameters)
  const gradientOf = tape.gradients(precision === 'fp16' ? scaledLoss(tape, loss) : loss)
  return {
    gradients: sliceGradients(graph, slices, (name) => gradientOf(parameters.get(name)!)),
    loss: loss.name,
  }
}

function scaledLoss(tape: Tape, loss: Value): Value {
  const { graph } = tape
  const factor = graph.input('loss_scale', 'float32', [])
  const scaled = graph.op('Mul', [loss.name, factor])
  return tape.record(scaled, [], [loss], (g) => [[loss, () => graph.op('Mul', [g, factor])]])
}

/** AdamW and the moving average, with their inputs and outputs. */
function emitUpdate(
  graph: GraphBuilder,
  slices: readonly Slice[],
  { weights, gradients }: { weights: readonly string[]; gradients: readonly string[] },
  { optimiser, options }: { optimiser: AdamWSettings; options: StepOptions },
): void {
  const inputs = (vector: string) => sliceInputs(graph, vector, slices)
  const [m, v] = [inputs('m'), inputs('v')]
  const scales = hasScales(slices, options) ? inputs('scales') : null
  const states = slices.map(
    ({ decay }, n): AdamWState => ({
      weights: weights[n]!,
      m: m[n]!,
      v: v[n]!,
      gradient: gradients[n]!,
      decay,
      ...(scales && { scales: scales[n]! }),
    }),
  )
  const scalar = (name: string) => graph.input(name, 'float32', [])
  const scalars = { rate: scalar('rate'), correct1: scalar('correct1'), correct2: scalar('correct2') }
  const { next, norm } = emitAdamW(graph, states, scalars, optimiser)
  for (const vector of ['weights', 'm', 'v'] as const)
    sliceOutputs(
      graph,
      vector,
      slices,
      next.map((each) => each[vector]),
    )
  graph.output('norm', norm, 'float32', [])
  if (!options.average) return
  // average + (1 - decay) · (weights - average)
  const pull = graph.op('Sub', [graph.f32([1]), scalar('average_decay')])
  const moved = inputs('average').map((average, n) => {
    const way = graph.op('Mul', [graph.op('Sub', [next[n]!.weights, average]), pull])
    return graph.op('Add', [average, way])
  })
  sliceOutputs(graph, 'average', slices, moved)
}

/** Whether tensors differ in rate, so that the graph takes `scales`. */
export function hasScales(slices: readonly Slice[], { scaleOf }: StepOptions): boolean {
  return (
    scaleOf !== undefined && slices.some(({ entries }) => entries.some(({ name }) => scaleOf(name) !== 1))
  )
}

/** The trained model as it serves: clips (see clipTensor) → logits [N, L], weights inside, N free. */
export function buildServingGraph(model: VideoModel, weights: Float32Array): Uint8Array {
  const { opset } = model
  const graph = createGraphBuilder({ name: model.name, ...(opset !== undefined && { opset }) })
  const layout = layOut(model.parameters)
  const { type, shape } = clipTensor(model, 'N')
  const clips = graph.input('clips', type, shape)
  const tape = createTape(graph)
  const parameters = frozenParameters(tape, weights, layout)
  const { logits } = model.forward(tape, (name) => parameters.get(name)!, clips, -1)
  graph.output('logits', logits.name, 'float32', ['N', model.labels.length])
  return graph.model()
}
