import { toBinary } from '@bufbuild/protobuf'
import { AppError } from '../../core/errors.ts'
import { createSession } from '../../onnx/create-session.ts'
import type { Preprocessing } from '../../onnx/fold/fold-input.ts'
import { foldModel } from '../../onnx/fold/fold-preprocessing.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { type ModelProto, ModelProtoSchema } from '../../onnx/proto/onnx_pb.ts'
import { readModel } from '../../onnx/read-model.ts'
import { gelu, multiply, subtract } from '../autodiff/ops-arithmetic.ts'
import { linear } from '../autodiff/ops-matrix.ts'
import type { ParameterSpec, Parameters } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { shapeConstant } from '../autodiff/tape.ts'
import { linearSpecs } from './transformer-layers.ts'
import type { ClipShape, VideoModel } from './video-model.ts'

/** Tensors that hold what the features are brought to mean 0 and deviation 1 with; they are set, not trained. */
export const featureShift = 'features.shift'
export const featureGain = 'features.gain'

type Pool = 'flatten' | 'places' | 'tokens'

export interface FrozenBackboneOptions {
  readonly name: string
  /** Any ONNX encoder of clips, or of pictures: then every frame goes through it. */
  readonly encoder: Uint8Array
  readonly clip: ClipShape
  /** Null for an encoder that takes clips as they are, uint8 [N, T, H, W, 3], as the graph of a bundle does. */
  readonly preprocessing: Omit<Preprocessing, 'widthPx' | 'heightPx'> | null
  readonly inputName?: string
  /** The output with the features, when there are several. */
  readonly outputName?: string
  /**
   * What is made of the features of one clip or frame: `flatten` takes all of them, `places` averages [C, h, w] over
   * the places, `tokens` averages [L, D] over the tokens; `fitting` is tokens for [L, D] and flatten for all else.
   */
  readonly pool: Pool | 'fitting'
  /** Encoders of pictures: `mean` averages the frames, `all` puts them after each other, so that order matters. */
  readonly frames: 'mean' | 'all'
  readonly labels: readonly string[]
  /** Width of the head's hidden layer; 0 for a linear head. */
  readonly hidden: number
  /** Threads that embed. */
  readonly threads: number
}

/** A model of which only the head is trained. */
export interface FrozenBackbone extends VideoModel {
  /** Length of what the head sees of a clip. */
  readonly features: number
  /** clips uint8 [N, T, H, W, 3] → features [N, D]. The encoder stays open until `close`. */
  embed(clips: Uint8Array, count: number): Promise<Float32Array>
  /** features [N, D] → logits [N, labels] */
  judge(tape: Tape, parameters: Parameters, features: Value): Value
  close(): Promise<void>
}

/**
 * A frozen imported encoder with a head of its own. Its clips are embedded once and the head learns from the
 * embeddings; `forward` puts the encoder's nodes and the head into one graph, which is what serves.
 *
 * @throws AppError MODEL_GRAPH when the encoder does not take such clips or gives no features that can be pooled.
 */
export async function createFrozenBackbone(options: FrozenBackboneOptions): Promise<FrozenBackbone> {
  const { name, clip, labels, hidden } = options
  const encoder = readModel(options.encoder, name)
  const inputName = takeClips(encoder, options)
  keepOutput(encoder, options)
  const session = await createSession(toBinary(ModelProtoSchema, encoder), {
    threads: options.threads,
  })
  const run = async (clips: Uint8Array, count: number) => {
    const input = new Tensor('uint8', clips, [count, clip.frames, clip.heightPx, clip.widthPx, 3])
    return (await session.run({ [inputName]: input }))[session.outputNames[0]!]!
  }
  const trial = await run(new Uint8Array(clip.frames * clip.heightPx * clip.widthPx * 3), 1)
  const fitting = trial.dims.length === 3 ? 'tokens' : 'flatten'
  const pool = options.pool === 'fitting' ? fitting : options.pool
  const shape = featureShape(trial.dims, { ...options, pool })
  const opset = Number(
    encoder.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')!.version,
  )
  const head: ParameterSpec[] = [
    ...(hidden > 0 ? linearSpecs('hidden', shape.features, hidden) : []),
    // A linear head alone begins at zero: what is random in it would stay beside what a few clips say.
    ...linearSpecs('head', hidden > 0 ? hidden : shape.features, labels.length).map((spec) =>
      hidden > 0 ? spec : { ...spec, deviation: 0 },
    ),
  ]
  const model: FrozenBackbone = {
    name,
    clip,
    labels,
    opset,
    grid: null,
    features: shape.features,
    parameters: [
      { name: featureShift, shape: [shape.features], deviation: 0, decay: false },
      { name: featureGain, shape: [shape.features], deviation: 0, offset: 1, decay: false },
      ...head,
    ],
    judge(tape, parameters, features) {
      const centred = subtract(tape, features, parameters(featureShift))
      let x = multiply(tape, centred, parameters(featureGain))
      if (hidden > 0) x = gelu(tape, linear(tape, x, parameters('hidden.weight'), parameters('hidden.bias')))
      return linear(tape, x, parameters('head.weight'), parameters('head.bias'))
    },
    forward(tape, parameters, clips, batch) {
      const [raw] = tape.graph.insert(encoder, { [inputName]: clips })
      const features = emitPool(tape, raw!, { ...shape, pool, batch })
      return { logits: model.judge(tape, parameters, features), cells: null }
    },
    async embed(clips, count) {
      const raw = await run(clips, count)
      return poolFeatures(raw.data as Float32Array, { ...shape, pool, count })
    },
    close: () => session.release(),
  }
  return model
}

/** Gives the name of the input that takes clips, once there is one. */
function takeClips(encoder: ModelProto, { preprocessing, clip, inputName }: FrozenBackboneOptions): string {
  if (preprocessing === null) return inputName ?? encoder.graph!.input[0]!.name
  return foldModel(encoder, {
    ...preprocessing,
    ...clip,
    ...(inputName !== undefined && { inputName }),
  }).inputName
}

function keepOutput({ graph }: ModelProto, { outputName, name }: FrozenBackboneOptions): void {
  const names = graph!.output.map((output) => output.name)
  const wanted = outputName ?? (names.length === 1 ? names[0] : undefined)
  if (wanted === undefined || !names.includes(wanted))
    throw new AppError(
      'MODEL_GRAPH',
      `${name}: the encoder has the outputs ${names.join(', ')}; name the one with the features`,
    )
  graph!.output = graph!.output.filter((output) => output.name === wanted)
}

interface FeatureShape {
  /** Rows that the encoder gives for one clip, and how many of them become one. */
  readonly rows: number
  readonly merged: number
  /** Of a row, before it is pooled: how many numbers there are and of how many groups. */
  readonly size: number
  readonly channels: number
  readonly features: number
}

/** @param dims of the features of one clip. */
function featureShape(dims: readonly number[], options: FrozenBackboneOptions): FeatureShape {
  const { pool, frames, name, clip, preprocessing } = options
  const byFrame = preprocessing ? !preprocessing.layout.includes('T') : dims[0] === clip.frames
  const rows = byFrame ? clip.frames : 1
  const size = dims.reduce((product, each) => product * each, 1) / rows
  const inner = dims.slice(1)
  const refuse = (text: string) =>
    new AppError('MODEL_GRAPH', `${name}: the encoder gives [${dims.join(', ')}] for one clip: ${text}`)
  if (dims[0] !== rows) throw refuse(`the first axis should be ${rows}`)
  if (pool === 'places' && inner.length < 2) throw refuse('there are no places to average over')
  if (pool === 'tokens' && inner.length !== 2) throw refuse('tokens are [L, D]')
  const channels = pool === 'places' ? inner[0]! : pool === 'tokens' ? inner[1]! : size
  const merged = frames === 'mean' ? rows : 1
  return { rows, merged, size, channels, features: (rows / merged) * channels }
}

/** As the graph does it, on numbers. raw [N · rows, …] → [N, features] */
function poolFeatures(raw: Float32Array, plan: FeatureShape & { pool: Pool; count: number }): Float32Array {
  const { rows, merged, size, channels, features, pool, count } = plan
  const out = new Float32Array(count * features)
  const each = size / channels
  for (let at = 0; at < raw.length; at += 1) {
    const row = Math.floor(at / size)
    const inRow = at % size
    const channel = pool === 'places' ? Math.floor(inRow / each) : inRow % channels
    const place = merged === 1 ? row % rows : 0
    out[Math.floor(row / rows) * features + place * channels + channel]! += raw[at]! / (each * merged)
  }
  return out
}

/** Averages are products with a row of equal numbers: every opset has those in the same form. */
function emitPool(tape: Tape, raw: string, plan: FeatureShape & { pool: Pool; batch: number }): Value {
  const { graph } = tape
  const { rows, merged, size, channels, features, pool, batch } = plan
  const to = (name: string, shape: readonly number[]) =>
    graph.op('Reshape', [name, shapeConstant(graph, shape)])
  const means = (count: number, shape: readonly number[]) =>
    graph.f32(new Float32Array(count).fill(1 / count), shape)
  const each = size / channels
  const row = batch * rows
  let x = raw
  if (pool === 'places') x = graph.op('MatMul', [to(x, [row, channels, each]), means(each, [each, 1])])
  if (pool === 'tokens') x = graph.op('MatMul', [means(each, [1, each]), to(x, [row, each, channels])])
  if (merged > 1) x = graph.op('MatMul', [means(rows, [1, rows]), to(x, [batch, rows, channels])])
  return tape.constant(to(x, [batch, features]), [batch, features])
}
