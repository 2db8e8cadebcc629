import { create, toBinary } from '@bufbuild/protobuf'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { makeValueInfo } from '../../../../src/onnx/edit/edit-nodes.ts'
import { elementTypes } from '../../../../src/onnx/element-type.ts'
import type { Layout } from '../../../../src/onnx/fold/fold-input.ts'
import type { FoldOptions } from '../../../../src/onnx/fold/fold-preprocessing.ts'
import {
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from '../../../../src/onnx/proto/onnx_pb.ts'

export type Shape = readonly (number | string)[]

export interface GraphParts {
  readonly nodes: NodeProto[]
  readonly input: Shape
  readonly output: Shape
  readonly initializers?: TensorProto[]
  readonly opset?: number
  readonly irVersion?: number
  readonly inputType?: number
  readonly outputType?: number
}

/** A model from `x` to `y`. */
export function model(parts: GraphParts): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: BigInt(parts.irVersion ?? 8),
    opsetImport: [{ domain: '', version: BigInt(parts.opset ?? 17) }],
    graph: {
      name: 'test',
      node: parts.nodes,
      initializer: parts.initializers ?? [],
      input: [makeValueInfo('x', parts.inputType ?? elementTypes.float32, parts.input)],
      output: [makeValueInfo('y', parts.outputType ?? elementTypes.float32, parts.output)],
    },
  })
}

export const bytesOf = (proto: ModelProto): Uint8Array => toBinary(ModelProtoSchema, proto)

export const size = { frames: 2, heightPx: 4, widthPx: 5 } as const

export const plain = {
  layout: 'NTHWC',
  channelOrder: 'rgb',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  scale: 1,
  ...size,
} as const satisfies FoldOptions

/** Bytes that use the whole range and differ from pixel to pixel. */
export function pixels(length: number, seed = 1): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 24
  })
}

/** What a camera's clips must become, written as plain loops over the definition. */
export function preprocess(clips: Uint8Array, count: number, plan: FoldOptions): Float64Array {
  const axes: Record<string, number> = { N: count, T: plan.frames, H: plan.heightPx, W: plan.widthPx, C: 3 }
  const out = new Float64Array(clips.length)
  const order = orderOf(plan.layout)
  let at = 0
  const position: Record<string, number> = {}
  const walk = (axis: number): void => {
    if (axis === order.length) {
      const { N = 0, T = 0, H = 0, W = 0, C = 0 } = position
      const channel = plan.channelOrder === 'bgr' ? 2 - C : C
      const from = (((N * plan.frames + T) * plan.heightPx + H) * plan.widthPx + W) * 3 + channel
      out[at] = (clips[from]! * plan.scale - plan.mean[channel]!) / plan.std[channel]!
      at += 1
      return
    }
    const name = order[axis]!
    for (let index = 0; index < axes[name]!; index += 1) {
      position[name] = index
      walk(axis + 1)
    }
  }
  walk(0)
  return out
}

/** Image layouts have the frames inside the batch: clip by clip, frame by frame. */
function orderOf(layout: Layout): string[] {
  return [...(layout.includes('T') ? layout : layout.replace('N', 'NT'))]
}

/** Runs a graph on uint8 clips [count, T, H, W, 3] (folded) or on a float tensor. */
export async function run(
  graph: Uint8Array,
  data: Uint8Array | Float32Array,
  dims: readonly number[],
): Promise<{ dims: readonly number[]; data: number[] }> {
  const session = await InferenceSession.create(graph, { logSeverityLevel: 4, intraOpNumThreads: 1 })
  try {
    const tensor =
      data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims)
    const results = await session.run({ [session.inputNames[0]!]: tensor })
    const output = results[session.outputNames[0]!]!
    return { dims: output.dims, data: Array.from(output.data as Float32Array, Number) }
  } finally {
    await session.release()
  }
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return Array.from(a).reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index]!)), 0)
}
