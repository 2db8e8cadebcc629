import { createGraphBuilder } from '../onnx/graph-builder.ts'
import { type AdamWSettings, emitAdamW } from './adamw.ts'
import { sigmoidCrossEntropy } from './losses.ts'
import type { VideoModel } from './models/video-model.ts'
import { flatGradient, frozenParameters, layOut, trainableParameters } from './parameters.ts'
import { createTape } from './tape.ts'

/** What the truth is told about: whole clips, or every place of the model's grid. */
export type Supervision = 'clip' | 'cells'

/** Entries of the truth for one clip. */
export function truthSize(model: VideoModel, supervision: Supervision): number {
  const places = supervision === 'cells' && model.grid ? model.grid.rows * model.grid.columns : 1
  return model.labels.length * places
}

/**
 * One training step as one ONNX graph: forward, backward and AdamW.
 * In: weights, m, v [P]; clips uint8 [N, T, H, W, 3]; target, weight [N, truth]; rate, correct1, correct2.
 * Out: weights_next, m_next, v_next [P]; loss; norm.
 */
export function buildStepGraph(
  model: VideoModel,
  options: { batch: number; supervision: Supervision; optimiser: AdamWSettings },
): Uint8Array {
  const { batch, supervision, optimiser } = options
  const graph = createGraphBuilder({ name: `${model.name}-step` })
  const layout = layOut(model.parameters)
  const { frames, heightPx, widthPx } = model.clip
  const flat = (name: string) => graph.input(name, 'float32', [layout.total])
  const [weights, m, v] = [flat('weights'), flat('m'), flat('v')]
  const clips = graph.input('clips', 'uint8', [batch, frames, heightPx, widthPx, 3])
  const target = graph.input('target', 'float32', [batch, truthSize(model, supervision)])
  const weight = graph.input('weight', 'float32', [batch, truthSize(model, supervision)])
  const [rate, correct1, correct2] = ['rate', 'correct1', 'correct2'].map((name) =>
    graph.input(name, 'float32', []),
  ) as [string, string, string]

  const tape = createTape(graph)
  const parameters = trainableParameters(tape, weights, layout)
  const { logits, cells } = model.forward(tape, (name) => parameters.get(name)!, clips, batch)
  const scored = supervision === 'cells' && cells ? cells : logits
  const loss = sigmoidCrossEntropy(tape, scored, target, weight)
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
