import { createGraphBuilder } from '../onnx/graph-builder.ts'
import { type AdamWSettings, emitAdamW } from './adamw.ts'
import { sigmoidCrossEntropy } from './losses.ts'
import type { VideoModel } from './models/video-model.ts'
import { flatGradient, frozenParameters, layOut, trainableParameters } from './parameters.ts'
import { createTape } from './tape.ts'

/**
 * One training step as one ONNX graph: forward, backward and AdamW.
 * In: weights, m, v [P]; clips uint8 [N, T, H, W, 3]; target, weight [N, L]; rate, correct1, correct2.
 * Out: weights_next, m_next, v_next [P]; loss; norm.
 */
export function buildStepGraph(model: VideoModel, batch: number, settings: AdamWSettings): Uint8Array {
  const graph = createGraphBuilder({ name: `${model.name}-step` })
  const layout = layOut(model.parameters)
  const { frames, heightPx, widthPx } = model.clip
  const flat = (name: string) => graph.input(name, 'float32', [layout.total])
  const [weights, m, v] = [flat('weights'), flat('m'), flat('v')]
  const clips = graph.input('clips', 'uint8', [batch, frames, heightPx, widthPx, 3])
  const target = graph.input('target', 'float32', [batch, model.labels.length])
  const weight = graph.input('weight', 'float32', [batch, model.labels.length])
  const [rate, correct1, correct2] = ['rate', 'correct1', 'correct2'].map((name) =>
    graph.input(name, 'float32', []),
  ) as [string, string, string]

  const tape = createTape(graph)
  const parameters = trainableParameters(tape, weights, layout)
  const logits = model.forward(tape, (name) => parameters.get(name)!, clips, batch)
  const loss = sigmoidCrossEntropy(tape, logits, target, weight)
  const gradientOf = tape.gradients(loss)
  const gradient = flatGradient(graph, layout, (name) => gradientOf(parameters.get(name)!))
  const next = emitAdamW(graph, layout, { weights, m, v, gradient, rate, correct1, correct2 }, settings)

  graph.output('weights_next', next.weights, 'float32', [layout.total])
  graph.output('m_next', next.m, 'float32', [layout.total])
  graph.output('v_next', next.v, 'float32', [layout.total])
  graph.output('loss', loss.name, 'float32', [])
  graph.output('norm', next.norm, 'float32', [])
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
  const logits = model.forward(tape, (name) => parameters.get(name)!, clips, -1)
  graph.output('logits', logits.name, 'float32', ['N', model.labels.length])
  return graph.model()
}
