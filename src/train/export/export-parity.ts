import { AppError } from '../../core/errors.ts'
import { createSession } from '../../onnx/create-session.ts'
import { createGraphBuilder } from '../../onnx/graph-builder.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { layOut, trainableParameters } from '../autodiff/parameters.ts'
import { createTape } from '../autodiff/tape.ts'
import { clipTensor, type VideoModel } from '../models/video-model.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import { streamShape } from './export-stream.ts'

/** Most by which logits of the trainer and of a served graph may differ. */
export const parityTolerance = 1e-4

/** Largest difference of any logit from what the trainer computes, by served graph. */
export interface Parity {
  readonly clip: number
  /** Of the streaming graph once its memory is full; null where there is none. */
  readonly stream: number | null
}

/**
 * Runs a clip of noise through the graph that training uses (weights as an input), the clip graph and, tubelet by
 * tubelet, the streaming graph. Throws TRAIN_EXPORT when logits differ by more than 1e-4, scaled by their size where
 * that is over 1.
 */
export async function checkParity(options: {
  model: VideoModel
  weights: Float32Array
  clipGraph: Uint8Array
  stream: { readonly model: VideoTransformer; readonly graph: Uint8Array } | null
}): Promise<Parity> {
  const { model, weights, clipGraph, stream } = options
  const { type, shape } = clipTensor(model, 1)
  const length = shape.reduce((product, size) => product * size, 1)
  // Smooth in time and place as video is, and the same every time.
  const wave = (n: number) => 90 * Math.sin(n * 0.0137) + 30 * Math.sin(n * n)
  const clip = Uint8Array.from({ length: type === 'uint8' ? length : 0 }, (_, n) => 128 + wave(n))
  const numbers = {
    uint8: () => new Tensor('uint8', clip, shape),
    int16: () =>
      new Tensor(
        'int16',
        Int16Array.from({ length }, (_, n) => 100 * wave(n)),
        shape,
      ),
    // Places in pixels, and scores: every third number.
    float32: () =>
      new Tensor(
        'float32',
        Float32Array.from({ length }, (_, n) => (n % 3 === 2 ? 0.5 + wave(n) / 300 : 200 + wave(n))),
        shape,
      ),
  }
  const clips = numbers[type]()

  const trained = await logitsOf(trainerGraph(model), {
    clips,
    weights: new Tensor('float32', weights, [weights.length]),
  })
  const { inputName = 'clips', outputName = 'logits' } = model.served ?? {}
  const served = await logitsOf(clipGraph, { [inputName]: clips }, outputName)
  const found = { clip: difference(trained, served), stream: null as number | null }
  if (stream) found.stream = difference(trained, await streamed(stream.model, stream.graph, clip))

  const largest = trained.reduce((most, x) => Math.max(most, Math.abs(x)), 1)
  for (const [kind, value] of Object.entries(found))
    if (value !== null && !(value <= parityTolerance * largest))
      throw new AppError(
        'TRAIN_EXPORT',
        `${model.name}: the ${kind} graph gives logits that differ from the trainer's by ${value} (at most ${parityTolerance * largest} is accepted)`,
        { details: { kind, difference: value } },
      )
  return found
}

function trainerGraph(model: VideoModel): Uint8Array {
  const { opset } = model
  const graph = createGraphBuilder({
    name: `${model.name}-forward`,
    ...(opset !== undefined && { opset }),
  })
  const layout = layOut(model.parameters)
  const { type, shape } = clipTensor(model, 1)
  const clips = graph.input('clips', type, shape)
  const flat = graph.input('weights', 'float32', [layout.total])
  const tape = createTape(graph)
  const parameters = trainableParameters(tape, flat, layout)
  const { logits } = model.forward(tape, (name) => parameters.get(name)!, clips, 1)
  graph.output('logits', logits.name, 'float32', [1, model.labels.length])
  return graph.model()
}

async function logitsOf(
  graph: Uint8Array,
  feeds: Record<string, Tensor>,
  outputName = 'logits',
): Promise<Float32Array> {
  const session = await createSession(graph)
  const result = await session.run(feeds)
  await session.release()
  return result[outputName]!.data as Float32Array
}

/** The last logits after the tubelets of one clip, from an empty memory. */
async function streamed(model: VideoTransformer, graph: Uint8Array, clip: Uint8Array): Promise<Float32Array> {
  const { tubeletFrames, tubelets, state } = streamShape(model)
  const { heightPx, widthPx } = model.clip
  const bytes = tubeletFrames * heightPx * widthPx * 3
  const shape = [1, ...state.shape]
  let memory = new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b)), shape)
  let logits = new Float32Array(0)
  const session = await createSession(graph)
  for (let at = 0; at < tubelets; at += 1) {
    const pixels = clip.slice(at * bytes, (at + 1) * bytes)
    const result = await session.run({
      clips: new Tensor('uint8', pixels, [1, tubeletFrames, heightPx, widthPx, 3]),
      [state.input]: memory,
    })
    memory = result[state.output] as typeof memory
    logits = result.logits!.data as typeof logits
  }
  await session.release()
  return logits
}

function difference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return a.reduce((most, x, n) => Math.max(most, Math.abs(x - b[n]!)), 0)
}
