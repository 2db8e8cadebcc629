import { createGraphBuilder } from '../onnx/graph-builder.ts'
import { type AdamWSettings, emitAdamW } from './adamw.ts'
import type { VideoModel } from './models/video-model.ts'
import type { Objective } from './objective.ts'
import { flatGradient, frozenParameters, layOut, trainableParameters } from './parameters.ts'
import { createTape } from './tape.ts'

/**
 * One training step as one ONNX graph: forward, backward and AdamW.
 * In: weights, m, v [P]; what the objective is fed with; rate, correct1, correct2.
 * Out: weights_next, m_next, v_next [P]; loss; norm.
 */
export function buildStepGraph(objective: Objective, optimiser: AdamWSettings): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-step` })
  const layout = layOut(objective.parameters)
  const flat = (name: string) => graph.input(name, 'float32', [layout.total])
  const [weights, m, v] = [flat('weights'), flat('m'), flat('v')]
  for (const { name, type, shape } of objective.inputs) graph.input(name, type, shape)
  const [rate, correct1, correct2] = ['rate', 'correct1', 'correct2'].map((name) =>
    graph.input(name, 'float32', []),
  ) as [string, string, string]

  const tape = createTape(graph)
  const parameters = trainableParameters(tape, weights, layout)
  const loss = objective.loss(
    tape,
    (name) => parameters.get(name)!,
    (name) => name,
  )
  const gradientOf = tape.gradients(loss)
  const gradient = flatGradient(graph, layout, (name) => gradientOf(parameters.get(name)!))
  const next = emitAdamW(graph, layout, { weights, m, v, gradient, rate, correct1, correct2 }, optimiser)

  graph.output('weights_next', next.weights, 'float32', [layout.total])
  graph.output('m_next', next.m, 'float32', [layout.total])
  graph.output('v_next', next.v, 'float32', [layout.total])
  graph.output('loss', loss.name, 'float32', [])
  graph.output('norm', next.norm, 'float32', [])
  return graph.model()
}

/** The gradient alone, for checks. In: weights [P] and what the objective is fed with. Out: gradient [P], loss. */
export function buildGradientGraph(objective: Objective): Uint8Array {
  const graph = createGraphBuilder({ name: `${objective.name}-gradient` })
  const layout = layOut(objective.parameters)
  const weights = graph.input('weights', 'float32', [layout.total])
  for (const { name, type, shape } of objective.inputs) graph.input(name, type, shape)
  const tape = createTape(graph)
  const parameters = trainableParameters(tape, weights, layout)
  const loss = objective.loss(
    tape,
    (name) => parameters.get(name)!,
    (name) => name,
  )
  const gradientOf = tape.gradients(loss)
  graph.output(
    'gradient',
    flatGradient(graph, layout, (name) => gradientOf(parameters.get(name)!)),
    'float32',
    [layout.total],
  )
  graph.output('loss', loss.name, 'float32', [])
  return graph.model()
}

/** The trained model as it serves: clips uint8 [N, T, H, W, 3] → logits [N, L], weights inside, N free. */
export function buildServingGraph(model: VideoModel, weights: Float32Array): Uint8Array {
  const graph = createGraphBuilder({ name: model.name })
  const layout = layOut(model.parameters)
  const { frames, heightPx, widthPx } = model.clip
  const clips = graph.input('clips', 'uint8', ['N', frames, heightPx, widthPx, 3])
  const tape = createTape(graph)
  const parameters = frozenParameters(tape, weights, layout)
  const { logits } = model.forward(tape, (name) => parameters.get(name)!, clips, -1)
  graph.output('logits', logits.name, 'float32', ['N', model.labels.length])
  return graph.model()
}
