import { toBinary } from '@bufbuild/protobuf'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Random } from '../../src/core/random.ts'
import { makeValueInfo } from '../../src/onnx/edit/edit-nodes.ts'
import { ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../src/onnx/read-model.ts'
import type { TorchTensor } from '../../src/onnx/torch/read-checkpoint.ts'
import { type VideoResnetOptions, writeVideoResnet } from '../../src/onnx/torch/video-resnet.ts'
import { convolvedAt, pooled, type Volume } from './reference-layers.ts'

/**
 * The largest difference of every layer of a written graph to the definition of that layer in loops, relative to the
 * largest number of the layer. A layer is given what the graph itself gave to it, so that nothing adds up.
 *
 * @param options.samples numbers of each layer that are compared, at places drawn by `random`.
 */
export async function layerDifferences(
  tensors: ReadonlyMap<string, TorchTensor>,
  options: VideoResnetOptions & { readonly samples: number; readonly random: Random },
): Promise<Record<string, number>> {
  const { frames, heightPx, widthPx, samples, random } = options
  const { model: bytes, stages } = writeVideoResnet(tensors, options)
  const model = readModel(bytes)
  for (const name of new Set(Object.values(stages)))
    if (name !== 'clips') model.graph!.output.push(makeValueInfo(name, 1, []))
  for (const output of model.graph!.output.slice(1))
    if (output.type?.value.case === 'tensorType') delete output.type.value.value.shape
  const session = await InferenceSession.create(toBinary(ModelProtoSchema, model), { logSeverityLevel: 4 })
  const shape = [1, 3, frames, heightPx, widthPx]
  const clip = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.range(-2, 2))
  const made = await session.run({ clips: new Tensor('float32', clip, shape) })
  await session.release()
  const volume = (stage: string): Volume => {
    const { dims, data } = made[stages[stage] ?? stage]!
    return { dims, data: data as Float32Array }
  }
  const differences: Record<string, number> = {}
  const compare = (name: string, given: Volume, wantedAt: (at: number) => number) => {
    const largest = given.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
    let worst = 0
    for (let n = 0; n < samples; n += 1) {
      const at = random.int(0, given.data.length - 1)
      worst = Math.max(worst, Math.abs(given.data[at]! - wantedAt(at)) / largest)
    }
    differences[name] = worst
  }
  const convolution = (from: Volume, to: Volume, weight: string, norm: string) => {
    const steps = (axis: number) => Math.round(from.dims[axis]! / to.dims[axis]!)
    const part = (name: string) => tensors.get(`${norm}.${name}`)!
    const layer = {
      weight: tensors.get(weight)!,
      norm: {
        weight: part('weight'),
        bias: part('bias'),
        running_mean: part('running_mean'),
        running_var: part('running_var'),
      },
      strides: [steps(2), steps(3), steps(4)] as const,
    }
    return (at: number) => convolvedAt(from, layer, placeOf(at, to.dims))
  }
  const relu = (value: number) => Math.max(0, value)

  const stem = volume('stem')
  const first = convolution({ dims: shape, data: clip }, stem, 'stem.0.weight', 'stem.1')
  compare('stem', stem, (at) => relu(first(at)))
  let before = stem
  for (const name of Object.keys(stages).filter((stage) => /^layer\d\.\d$/.test(stage))) {
    const [one, two, out] = [volume(`${name}.conv1`), volume(`${name}.conv2`), volume(name)]
    const byOne = convolution(before, one, `${name}.conv1.0.weight`, `${name}.conv1.1`)
    compare(`${name}.conv1`, one, (at) => relu(byOne(at)))
    compare(`${name}.conv2`, two, convolution(one, two, `${name}.conv2.0.weight`, `${name}.conv2.1`))
    const shrinks = tensors.has(`${name}.downsample.0.weight`)
    const around = shrinks ? volume(`${name}.around`) : before
    if (shrinks)
      compare(
        `${name}.downsample`,
        around,
        convolution(before, around, `${name}.downsample.0.weight`, `${name}.downsample.1`),
      )
    compare(`${name}.sum`, out, (at) => relu(two.data[at]! + around.data[at]!))
    before = out
  }
  const [features, means] = [volume('features'), pooled(before)]
  compare('pool', features, (at) => means[at]!)
  const [head, bias] = [tensors.get('fc.weight')!, tensors.get('fc.bias')!]
  compare('head', volume('logits'), (label) =>
    features.data.reduce(
      (sum, value, n) => sum + value * head.values[label * features.data.length + n]!,
      bias.values[label]!,
    ),
  )
  return differences
}

/** Channel, frame, row and column of a number of [1, C, T, H, W]. */
function placeOf(at: number, [, , frames, rows, columns]: readonly number[]) {
  const x = at % columns!
  const y = Math.floor(at / columns!) % rows!
  const t = Math.floor(at / (columns! * rows!)) % frames!
  return [Math.floor(at / (columns! * rows! * frames!)), t, y, x] as const
}
