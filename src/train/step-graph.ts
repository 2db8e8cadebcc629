import { convertFp16 } from '../onnx/convert-fp16.ts'
import { createGraphBuilder, type GraphBuilder } from '../onnx/graph-builder.ts'
import { type AdamWSettings, emitAdamW } from './adamw.ts'
import { clipTensor, type VideoModel } from './models/video-model.ts'
import type { Objective } from './objective.ts'
import {
  flatGradient,
  frozenParameters,
  layOut,
  type ParameterLayout,
  splitParameters,
  trainableParameters,
} from './parameters.ts'
import { createTape, type Tape, type Value } from './tape.ts'

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
 * One training step as one ONNX graph: forward, backward and AdamW. P weights are trained, F are frozen.
 * In: weights, m, v [P]; frozen [F] where F > 0; what the objective is fed with; rate, correct1, correct2; scales [P]
 * where tensors differ in rate; average [P] and average_decay where an average is kept.
 * Out: weights_next, m_next, v_next [P]; average_next [P] where it is kept; loss; norm.
 */
export function buildStepGraph(
  objective: Objective,
  optimiser: AdamWSettings,
  options: StepOptions = {},
): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-step` })
  const { trained } = splitParameters(objective.parameters, options.scaleOf ?? (() => 1))
  const weights = graph.input('weights', 'float32', [trained.total])
  const { gradient, loss } = emitGradient(graph, objective, weights, options)
  emitUpdate(graph, trained, { weights, gradient }, { optimiser, options })
  graph.output('loss', loss, 'float32', [])
  return graph.model()
}

/**
 * The gradient of a part of a batch, added to what came before. In half precision the sum is taken in float32.
 * In: weights, sum [P]; frozen [F] where F > 0; what the objective is fed with; loss_scale in half precision.
 * Out: sum_next [P]; loss, not scaled.
 */
export function buildAccumulateGraph(objective: Objective, options: StepOptions = {}): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-accumulate` })
  const { trained } = splitParameters(objective.parameters, options.scaleOf ?? (() => 1))
  const weights = graph.input('weights', 'float32', [trained.total])
  const sum = graph.input('sum', 'float32', [trained.total])
  const { gradient, loss } = emitGradient(graph, objective, weights, options)
  graph.output('sum_next', graph.op('Add', [sum, gradient]), 'float32', [trained.total])
  graph.output('loss', loss, 'float32', [])
  return options.precision === 'fp16' ? convertFp16(graph.model()).model : graph.model()
}

/**
 * The update that follows on accumulated gradients. In and out as the step graph, with sum [P] and share (1 / parts)
 * instead of what the objective is fed with.
 */
export function buildApplyGraph(
  objective: Objective,
  optimiser: AdamWSettings,
  options: StepOptions = {},
): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-apply` })
  const { trained } = splitParameters(objective.parameters, options.scaleOf ?? (() => 1))
  const weights = graph.input('weights', 'float32', [trained.total])
  const sum = graph.input('sum', 'float32', [trained.total])
  const gradient = graph.op('Mul', [sum, graph.input('share', 'float32', [])])
  emitUpdate(graph, trained, { weights, gradient }, { optimiser, options })
  return graph.model()
}

/** The gradient alone, for checks. In: weights [P] and what the objective is fed with. Out: gradient [P], loss. */
export function buildGradientGraph(objective: Objective): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-gradient` })
  const { total } = layOut(objective.parameters)
  const { gradient, loss } = emitGradient(graph, objective, graph.input('weights', 'float32', [total]))
  graph.output('gradient', gradient, 'float32', [total])
  graph.output('loss', loss, 'float32', [])
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
  for (const { name, type, shape } of objective.inputs) graph.input(name, type, shape)
  const loss = objective.loss(
    tape,
    (name) => parameters.get(name)!,
    (name) => name,
  )
  graph.output('loss', loss.name, 'float32', [])
  return graph.model()
}

/** Forward and backward: declares what the objective is fed with, gives the flat gradient of what is trained. */
function emitGradient(
  graph: GraphBuilder,
  objective: Objective,
  weights: string,
  { scaleOf = () => 1, precision = 'fp32' }: StepOptions = {},
): { gradient: string; loss: string } {
  const { trained, frozen } = splitParameters(objective.parameters, scaleOf)
  const tape = createTape(graph)
  const parameters = trainableParameters(tape, weights, trained)
  if (frozen.total > 0) {
    const flat = graph.input('frozen', 'float32', [frozen.total])
    for (const [name, { name: value, shape }] of trainableParameters(tape, flat, frozen))
      parameters.set(name, tape.constant(value, shape))
  }
  for (const { name, type, shape } of objective.inputs) graph.input(name, type, shape)
  const loss = objective.loss(
    tape,
    (name) => parameters.get(name)!,
    (name) => name,
  )
  const gradientOf = tape.gradients(precision === 'fp16' ? scaledLoss(tape, loss) : loss)
  return {
    gradient: flatGradient(graph, trained, (name) => gradientOf(parameters.get(name)!)),
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
  layout: ParameterLayout,
  { weights, gradient }: { weights: string; gradient: string },
  { optimiser, options }: { optimiser: AdamWSettings; options: StepOptions },
): void {
  const flat = [layout.total]
  const [m, v] = [graph.input('m', 'float32', flat), graph.input('v', 'float32', flat)]
  const [peak, correct1, correct2] = ['rate', 'correct1', 'correct2'].map((name) =>
    graph.input(name, 'float32', []),
  ) as [string, string, string]
  const oneRate = !hasScales(layout, options)
  const rate = oneRate ? peak : graph.op('Mul', [peak, graph.input('scales', 'float32', flat)])
  const state = { weights, m, v, gradient, rate, correct1, correct2, oneRate }
  const next = emitAdamW(graph, layout, state, optimiser)
  graph.output('weights_next', next.weights, 'float32', flat)
  graph.output('m_next', next.m, 'float32', flat)
  graph.output('v_next', next.v, 'float32', flat)
  graph.output('norm', next.norm, 'float32', [])
  if (!options.average) return
  // average + (1 - decay) · (weights - average)
  const average = graph.input('average', 'float32', flat)
  const pull = graph.op('Sub', [graph.f32([1]), graph.input('average_decay', 'float32', [])])
  const moved = graph.op('Mul', [graph.op('Sub', [next.weights, average]), pull])
  graph.output('average_next', graph.op('Add', [average, moved]), 'float32', flat)
}

/** Whether tensors differ in rate, so that the graph takes `scales`. */
export function hasScales({ entries }: ParameterLayout, { scaleOf }: StepOptions): boolean {
  return scaleOf !== undefined && entries.some(({ name }) => scaleOf(name) !== 1)
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
