import { makeFloats, makeInt64s, makeNode } from '../edit/edit-nodes.ts'
import { elementTypes } from '../element-type.ts'
import type { NodeProto, TensorProto } from '../proto/onnx_pb.ts'

/** Order of a model's input axes. Those without T are image models: frames are merged into the batch. */
export const layouts = ['NCTHW', 'NTCHW', 'NTHWC', 'NCHW', 'NHWC'] as const
export type Layout = (typeof layouts)[number]
export type Rgb = readonly [red: number, green: number, blue: number]

export interface Preprocessing {
  readonly layout: Layout
  readonly channelOrder: 'rgb' | 'bgr'
  /** Means and deviations of red, green and blue (in this order also for bgr), after `scale` was applied. */
  readonly mean: Rgb
  readonly std: Rgb
  readonly scale: number
  readonly widthPx: number
  readonly heightPx: number
}

const permutations: Record<Layout, readonly number[] | null> = {
  NCTHW: [0, 4, 1, 2, 3],
  NTCHW: [0, 1, 4, 2, 3],
  NTHWC: null,
  NCHW: [0, 3, 1, 2],
  NHWC: null,
}

/** Whether (v × scale − mean) / std leaves every v as it is. */
export function isIdentity({ mean, std, scale }: Pick<Preprocessing, 'mean' | 'std' | 'scale'>): boolean {
  return mean.every((value) => value === 0) && std.every((value) => scale / value === 1)
}

/**
 * The nodes that lead from `from`, uint8 [N, T, H, W, 3] in RGB, to `to`, what the model wants. Bytes are moved
 * while they are bytes (a quarter of the traffic); constants are laid out so that broadcasting never has an
 * inner loop of three.
 */
export function inputNodes(
  plan: Preprocessing & {
    readonly from: string
    readonly to: string
    readonly elemType: number
    readonly fresh: (wanted: string) => string
  },
): { nodes: NodeProto[]; initializers: TensorProto[] } {
  const { layout, widthPx, heightPx, fresh } = plan
  const nodes: NodeProto[] = []
  const initializers: TensorProto[] = []
  let at = plan.from
  const add = (
    opType: string,
    constants: TensorProto[],
    attributes: Record<string, number | number[]> = {},
  ) => {
    const output = fresh(`vireo_${opType.toLowerCase()}`)
    initializers.push(...constants)
    nodes.push(makeNode(opType, [at, ...constants.map(({ name }) => name)], [output], attributes))
    at = output
  }
  const channelFirst = permutations[layout]
  if (layout === 'NCHW' || layout === 'NHWC')
    add('Reshape', [makeInt64s(fresh('vireo_image_shape'), [-1, heightPx, widthPx, 3])])
  if (channelFirst) add('Transpose', [], { perm: [...channelFirst] })
  if (plan.channelOrder === 'bgr')
    add('Gather', [makeInt64s(fresh('vireo_bgr'), [2, 1, 0])], { axis: layout.indexOf('C') })
  if (!isIdentity(plan)) {
    const inOrder = (values: number[]) => (plan.channelOrder === 'bgr' ? values.reverse() : values)
    const constant = (name: string, values: number[]) => {
      const afterC = layout.slice(layout.indexOf('C') + 1).length
      const dims = channelFirst ? [3, ...Array<number>(afterC).fill(1)] : [widthPx, 3]
      const repeated = channelFirst ? values : Array.from({ length: widthPx }, () => values).flat()
      return makeFloats(fresh(name), repeated, dims)
    }
    add('Cast', [], { to: elementTypes.float32 })
    add('Mul', [constant('vireo_gain', inOrder(plan.std.map((std) => plan.scale / std)))])
    if (plan.mean.some((value) => value !== 0))
      add('Add', [constant('vireo_offset', inOrder(plan.mean.map((mean, c) => -mean / plan.std[c]!)))])
    if (plan.elemType !== elementTypes.float32) add('Cast', [], { to: plan.elemType })
  } else if (plan.elemType !== elementTypes.uint8) add('Cast', [], { to: plan.elemType })
  if (nodes.length === 0) add('Identity', [])
  nodes.at(-1)!.output = [plan.to]
  return { nodes, initializers }
}
