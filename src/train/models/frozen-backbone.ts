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
import { type Pool, planLevels } from './pool-features.ts'
import { linearSpecs } from './transformer-layers.ts'
import type { ClipShape, VideoModel } from './video-model.ts'

/** Tensors that hold what the features are brought to mean 0 and deviation 1 with; they are set, not trained. */
export const featureShift = 'features.shift'
export const featureGain = 'features.gain'

export interface FrozenBackboneOptions {
  readonly name: string
  /** Any ONNX encoder of clips, or of pictures: then every frame goes through it. */
  readonly encoder: Uint8Array
  readonly clip: ClipShape
  /** Null for an encoder that takes clips as they are, uint8 [N, T, H, W, 3], as the graph of a bundle does. */
  readonly preprocessing: Omit<Preprocessing, 'widthPx' | 'heightPx'> | null
  readonly inputName?: string
  /** The output with the features, when there are several; `every`: all of them, one after the other. */
  readonly outputName?: string
  readonly every?: boolean
  readonly pool: Pool
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
  keepOutputs(encoder, options)
  const session = await createSession(toBinary(ModelProtoSchema, encoder), {
    threads: options.threads,
  })
  const run = async (clips: Uint8Array, count: number) => {
    const input = new Tensor('uint8', clips, [count, clip.frames, clip.heightPx, clip.widthPx, 3])
    const results = await session.run({ [inputName]: input })
    return encoder.graph!.output.map(({ name: output }) => results[output]!)
  }
  const trial = await run(new Uint8Array(clip.frames * clip.heightPx * clip.widthPx * 3), 1)
  const { preprocessing } = options
  const levels = trial.map(({ dims }) => dims)
  const pooling = planLevels(levels, {
    name,
    pool: options.pool,
    byFrame: preprocessing ? !preprocessing.layout.includes('T') : levels[0]![0] === clip.frames,
    frames: clip.frames,
    averaged: options.frames === 'mean',
  })
  const opset = Number(
    encoder.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')!.version,
  )
  const head: ParameterSpec[] = [
    ...(hidden > 0 ? linearSpecs('hidden', pooling.features, hidden) : []),
    // A linear head alone begins at zero: what is random in it would stay beside what a few clips say.
    ...linearSpecs('head', hidden > 0 ? hidden : pooling.features, labels.length).map((spec) =>
      hidden > 0 ? spec : { ...spec, deviation: 0 },
    ),
  ]
  const model: FrozenBackbone = {
    name,
    clip,
    labels,
    opset,
    grid: null,
    features: pooling.features,
    parameters: [
      { name: featureShift, shape: [pooling.features], deviation: 0, decay: false },
      { name: featureGain, shape: [pooling.features], deviation: 0, offset: 1, decay: false },
      ...head,
    ],
    judge(tape, parameters, features) {
      const centred = subtract(tape, features, parameters(featureShift))
      let x = multiply(tape, centred, parameters(featureGain))
      if (hidden > 0) x = gelu(tape, linear(tape, x, parameters('hidden.weight'), parameters('hidden.bias')))
      return linear(tape, x, parameters('head.weight'), parameters('head.bias'))
    },
    forward(tape, parameters, clips, batch) {
      const raws = tape.graph.insert(encoder, { [inputName]: clips })
      const features = pooling.emit(tape, raws, batch)
      return { logits: model.judge(tape, parameters, features), cells: null }
    },
    async embed(clips, count) {
      const raws = await run(clips, count)
      return pooling.pool(
        raws.map(({ data }) => data as Float32Array),
        count,
      )
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

function keepOutputs({ graph }: ModelProto, { outputName, every, name }: FrozenBackboneOptions): void {
  if (every) return
  const names = graph!.output.map((output) => output.name)
  const wanted = outputName ?? (names.length === 1 ? names[0] : undefined)
  if (wanted === undefined || !names.includes(wanted))
    throw new AppError(
      'MODEL_GRAPH',
      `${name}: the encoder has the outputs ${names.join(', ')}; name the one with the features`,
    )
  graph!.output = graph!.output.filter((output) => output.name === wanted)
}
