import { createGraphBuilder } from '../../onnx/graph-builder.ts'
import { concat, slice } from '../autodiff/ops-shape.ts'
import { frozenParameters, layOut } from '../autodiff/parameters.ts'
import { createTape } from '../autodiff/tape.ts'
import { patchify } from '../models/patches.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'

/** The names and sizes of a streaming graph, as its bundle states them. */
export interface StreamShape {
  /** Frames of one call. */
  readonly tubeletFrames: number
  /** Tubelets that one answer looks back on, the newest included (K). */
  readonly tubelets: number
  readonly state: { readonly input: string; readonly output: string; readonly shape: readonly number[] }
}

export function streamShape({ settings }: VideoTransformer): StreamShape {
  const { clip, tubeletFrames, width } = settings
  const tubelets = clip.frames / tubeletFrames
  return {
    tubeletFrames,
    tubelets,
    state: { input: 'memory', output: 'memory_next', shape: [tubelets - 1, width] },
  }
}

/**
 * The video transformer for live video: every tubelet is encoded once, when it comes, and remembered as one embedding.
 * In: clips uint8 [N, tubeletFrames, H, W, 3]; memory [N, K-1, D], the embeddings before it, oldest first.
 * Out: logits [N, L], those of the window of K tubelets that ends with this one; memory_next [N, K-1, D].
 * Equal to the clip model on the same window from the K-th call on; before that the memory still holds zeros.
 */
export function buildStreamGraph(model: VideoTransformer, weights: Float32Array): Uint8Array {
  const { settings, labels } = model
  const { heightPx, widthPx } = settings.clip
  const { tubeletFrames, tubelets, state } = streamShape(model)
  const graph = createGraphBuilder({ name: `${model.name}-stream` })
  const clips = graph.input('clips', 'uint8', ['N', tubeletFrames, heightPx, widthPx, 3])
  const memory = graph.input(state.input, 'float32', ['N', ...state.shape])
  const tape = createTape(graph)
  const parameters = frozenParameters(tape, weights, layOut(model.parameters))
  const layers = { tape, parameters: (name: string) => parameters.get(name)! }

  const tubelet = { ...settings, clip: { ...settings.clip, frames: tubeletFrames }, batch: -1 }
  const embedding = model.summarise(layers, patchify(tape, clips, tubelet), model.positions(tape))
  // [N, K-1, D] + [N, 1, D] → [N, K, D]
  const kept = tape.constant(memory, [-1, ...state.shape])
  const window = concat(tape, [kept, embedding], 1)
  const logits = model.judge(layers, model.remember(layers, window))
  graph.output('logits', logits.name, 'float32', ['N', labels.length])
  graph.output(state.output, slice(tape, window, 1, [1, tubelets]).name, 'float32', ['N', ...state.shape])
  return graph.model()
}
