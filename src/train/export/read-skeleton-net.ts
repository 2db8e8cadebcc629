import { readFile } from 'node:fs/promises'
import type { LoadedBundle } from '../../bundle/load-bundle.ts'
import { AppError } from '../../core/errors.ts'
import type { GraphProto } from '../../onnx/proto/onnx_pb.ts'
import { readModel } from '../../onnx/read-model.ts'
import { floatsOf, intsOf, sizesOf } from '../../onnx/tensor-data.ts'
import { layOut } from '../autodiff/parameters.ts'
import { createSkeletonNet, type SkeletonNetSettings } from '../models/skeleton-net.ts'

/** A network of skeletons with what it has learned. */
export interface TaughtSkeletonNet {
  readonly settings: SkeletonNetSettings
  /** In the layout of the network's parameters. */
  readonly weights: Float32Array
}

/**
 * The network of a bundle of kind skeleton, read from the graph that serves: its weights stand there by name.
 *
 * @throws AppError TRAIN_PLAN for a graph that Vireo did not make; it serves, but cannot be taught
 */
export async function readSkeletonNet({ bundle, graphPath, dir }: LoadedBundle): Promise<TaughtSkeletonNet> {
  const refuse = (reason: string) =>
    new AppError(
      'TRAIN_PLAN',
      `${dir}: ${bundle.name} cannot be taught: ${reason}; only skeleton models that Vireo made can (models/skeleton, vireo train skeleton, or a version that was learned from them)`,
    )
  if (bundle.kind !== 'skeleton') throw refuse(`it is a model of kind ${bundle.kind}`)
  const { graph } = readModel(await readFile(graphPath), graphPath)
  if (!graph) throw refuse('its file holds no graph')
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const sizes = (name: string) => {
    const tensor = tensors.get(name)
    return tensor ? sizesOf(tensor) : null
  }
  const [, width] = sizes('own.weight') ?? []
  const [, hidden] = sizes('block0.in.weight') ?? []
  if (width === undefined || hidden === undefined) throw refuse('its graph is another one')
  const settings: SkeletonNetSettings = {
    frames: bundle.temporal.frames,
    labels: bundle.labels.map(({ name }) => name),
    width,
    hidden,
    dilations: dilationsOf(graph),
  }
  const layout = layOut(createSkeletonNet(settings).parameters)
  const weights = new Float32Array(layout.total)
  for (const { name, shape, start } of layout.entries) {
    const tensor = tensors.get(name)
    const values = tensor && floatsOf(tensor)
    if (!values || sizesOf(tensor).join() !== shape.join()) throw refuse(`${name} is not in its graph`)
    weights.set(values, start)
  }
  return { settings, weights }
}

/** How far each block looks before and after a moment: by how much its Pad moves what its norm gives. */
function dilationsOf({ node, initializer }: GraphProto): number[] {
  const dilations: number[] = []
  for (;;) {
    const gain = `block${dilations.length}.norm.gain`
    const normed = node.find(({ input }) => input[1] === gain)?.output[0]
    const moved = node.find(({ opType, input }) => opType === 'Pad' && input[0] === normed)
    const pads = initializer.find(({ name }) => name === moved?.input[1])
    if (normed === undefined || !pads) return dilations
    // [batch, moments, features]: the moments are the second axis.
    dilations.push(Math.abs(intsOf(pads)?.[1] ?? 0))
  }
}
