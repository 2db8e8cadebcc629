import { AppError } from '../../core/errors.ts'
import { createGraphBuilder, type GraphBuilder } from '../graph-builder.ts'
import type { TorchTensor } from './read-checkpoint.ts'

export interface VideoResnetOptions {
  readonly frames: number
  readonly heightPx: number
  readonly widthPx: number
}

export interface VideoResnet {
  readonly model: Uint8Array
  readonly labels: number
  readonly features: number
  /** Names of the values that each stage gives, for whoever looks inside. */
  readonly stages: Readonly<Record<string, string>>
}

/**
 * The graph of torchvision's video ResNets of basic blocks (MC3-18, R3D-18; Tran et al. 2018), from the tensors of a
 * checkpoint. clips float32 [N, 3, T, H, W] → logits [N, labels]. The kernels say what the layers are: one that is
 * three frames long also strides in time, one of a single frame never does. Normalisation is folded into the
 * convolutions, as it runs with fixed mean and variance.
 *
 * @throws AppError MODEL_GRAPH when the tensors are not those of such a network.
 */
export function writeVideoResnet(
  tensors: ReadonlyMap<string, TorchTensor>,
  { frames, heightPx, widthPx }: VideoResnetOptions,
): VideoResnet {
  const graph = createGraphBuilder({ name: 'video-resnet' })
  const used = new Set<string>()
  const take = (name: string, rank: number) => {
    const tensor = tensors.get(name)
    if (tensor?.shape.length !== rank) throw unknown(`${name} should be a tensor of ${rank} axes`)
    used.add(name)
    return tensor
  }
  const convolve = (from: string, layer: Layer) => emitConvolution(graph, take, from, layer)
  const stages: Record<string, string> = {}
  const clip = graph.input('clips', 'float32', ['N', 3, frames, heightPx, widthPx])
  let x = graph.op('Relu', [
    convolve(clip, { weight: 'stem.0.weight', norm: 'stem.1', stride: 2, stem: true }),
  ])
  stages.stem = x
  for (const layer of [1, 2, 3, 4])
    for (let block = 0; tensors.has(`layer${layer}.${block}.conv1.0.weight`); block += 1) {
      const name = `layer${layer}.${block}`
      const stride = block === 0 && layer > 1 ? 2 : 1
      const part = (at: string, more: object = {}): Layer => ({
        weight: `${name}.${at}.0.weight`,
        norm: `${name}.${at}.1`,
        stride: 1,
        ...more,
      })
      const first = graph.op('Relu', [convolve(x, part('conv1', { stride }))])
      const second = convolve(first, part('conv2'))
      // The way around is one point wide, and strides in time where the block does.
      const spans = take(`${name}.conv1.0.weight`, 5).shape[2]! > 1
      const around = tensors.has(`${name}.downsample.0.weight`)
        ? convolve(x, part('downsample', { stride, strideTime: spans ? stride : 1 }))
        : x
      x = graph.op('Relu', [graph.op('Add', [second, around])])
      Object.assign(stages, {
        [`${name}.conv1`]: first,
        [`${name}.conv2`]: second,
        [`${name}.around`]: around,
      })
      stages[name] = x
    }
  const pooled = graph.op('Flatten', [graph.op('GlobalAveragePool', [x])])
  stages.features = pooled
  const [head, bias] = [take('fc.weight', 2), take('fc.bias', 1)]
  const [labels, features] = head.shape as [number, number]
  const logits = graph.op(
    'Gemm',
    [pooled, graph.f32(head.values, head.shape, 'fc.weight'), graph.f32(bias.values, bias.shape, 'fc.bias')],
    { transB: 1 },
  )
  const odd = [...tensors.keys()].find((name) => !used.has(name))
  if (odd) throw unknown(`${odd} has no place in it`)
  graph.output('logits', logits, 'float32', ['N', labels])
  return { model: graph.model(), labels, features, stages }
}

interface Layer {
  readonly weight: string
  readonly norm: string
  /** In the picture; in time it is that of the kernel unless told. */
  readonly stride: number
  readonly strideTime?: number
  /** The first layer never strides in time. */
  readonly stem?: boolean
}

type Take = (name: string, rank: number) => TorchTensor

/** Normalisation's share of the deviation that keeps it from dividing by nothing, as in torch. */
const epsilon = 1e-5

function emitConvolution(graph: GraphBuilder, take: Take, from: string, layer: Layer): string {
  const { weight, norm, stride, strideTime, stem = false } = layer
  const { shape, values } = take(weight, 5)
  const [gain, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (name) => take(`${norm}.${name}`, 1).values,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const outputs = shape[0]!
  if (gain.length !== outputs) throw unknown(`${norm} has ${gain.length} channels, ${weight} ${outputs}`)
  const each = values.length / outputs
  const scales = Array.from(gain, (value, n) => value / Math.sqrt(variance[n]! + epsilon))
  const folded = Float32Array.from(values, (value, at) => value * scales[Math.floor(at / each)]!)
  const biases = Array.from(shift, (value, n) => value - mean[n]! * scales[n]!)
  const kernel = shape.slice(2)
  const [depth] = kernel as [number]
  const pads = kernel.map((size) => (size - 1) / 2)
  if (!pads.every(Number.isInteger)) throw unknown(`${weight} has a kernel of ${kernel.join('x')}`)
  const time = strideTime ?? (stem || depth === 1 ? 1 : stride)
  return graph.op(
    'Conv',
    [from, graph.f32(folded, shape, weight), graph.f32(biases, [outputs], `${norm}.bias`)],
    {
      kernel_shape: kernel,
      strides: [time, stride, stride],
      pads: [...pads, ...pads],
    },
  )
}

const unknown = (text: string) =>
  new AppError(
    'MODEL_GRAPH',
    `the checkpoint is no video ResNet of torchvision (MC3-18, R3D-18): ${text}; export other models as ONNX`,
  )
