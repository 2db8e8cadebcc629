import { AppError } from '../../core/errors.ts'
import { elementTypes } from '../element-type.ts'
import type { GraphProto } from '../proto/onnx_pb.ts'
import { makeFloats, makeInt64s, makeNode, makeValueInfo, shapeOf } from './edit-nodes.ts'
import { freshNames } from './edit-walk.ts'

export interface DistributionPlan {
  readonly labels: number
  readonly strides: readonly number[]
  readonly widthPx: number
  readonly heightPx: number
}

/** An output with its cells and the values of each. */
interface Part {
  readonly name: string
  readonly cells: number
  readonly values: number
}

/**
 * Lets a graph of NanoDet give boxes. It states for each side of a box how far the side lies from the middle of its cell
 * as a distribution over whole numbers of cells (Li et al. 2020, Generalized Focal Loss); the mean of each is worked out
 * here. The scores of all labels and the distributions come in one output for each stride, in one for all, or in
 * outputs of their own. Afterwards there is one output [N, cells, 4 + labels]: two corners in pixels, then the scores.
 *
 * @throws AppError MODEL_GRAPH naming the outputs, when they are not those of such a head.
 */
export function appendDistributionBoxes(graph: GraphProto, plan: DistributionPlan): void {
  const { labels, strides, widthPx, heightPx } = plan
  const refuse = (text: string) =>
    new AppError(
      'MODEL_GRAPH',
      `the outputs ${graph.output.map(({ name }) => name).join(', ')} are not those of NanoDet with ${labels} labels and strides ${strides.join(', ')}: ${text}`,
    )
  const grids = strides.map((stride) => ({
    stride,
    columns: Math.ceil(widthPx / stride),
    rows: Math.ceil(heightPx / stride),
  }))
  const parts = graph.output.map(partOf)
  const cells = grids.map(({ columns, rows }) => columns * rows)
  const total = cells.reduce((sum, count) => sum + count, 0)
  const fresh = freshNames(graph)
  const add = (opType: string, inputs: string[], attributes: Record<string, number | number[]> = {}) => {
    const made = fresh(`boxes_${opType.toLowerCase()}`)
    graph.node.push(makeNode(opType, inputs, [made], attributes))
    return made
  }
  const floats = (values: readonly number[], dims: readonly number[]) => {
    const tensor = makeFloats(fresh('boxes_const'), values, dims)
    graph.initializer.push(tensor)
    return tensor.name
  }
  const whole = (...values: number[]) => {
    const tensor = makeInt64s(fresh('boxes_shape'), values)
    graph.initializer.push(tensor)
    return tensor.name
  }
  /** All grids one after the other, of the outputs that say so much of a cell. */
  const gathered = (values: number) => {
    const found = [...(parts.filter((part) => part?.values === values) as Part[])]
    if (found.length === 1 && found[0]!.cells === total) return found[0]!.name
    const inOrder = cells.map((count) => found.find((part) => part.cells === count)?.name)
    const missing = inOrder.indexOf(undefined)
    if (missing >= 0) throw refuse(`none is [N, ${cells[missing]}, ${values}] for stride ${strides[missing]}`)
    return add('Concat', inOrder as string[], { axis: 1 })
  }
  const joined = parts.find((part) => part?.cells === total && isSides(part.values - labels))
  const sides = joined ? joined.values - labels : parts.find((part) => part && part.values !== labels)?.values
  if (!sides || !isSides(sides)) throw refuse('none holds four distributions for each cell')
  const slice = (from: number, to: number) => add('Slice', [joined!.name, whole(from), whole(to), whole(2)])
  const scores = joined ? slice(0, labels) : gathered(labels)
  const distributions = joined ? slice(labels, joined.values) : gathered(sides)

  const bins = sides / 4
  const shares = add('Softmax', [add('Reshape', [distributions, whole(-1, total, 4, bins)])], { axis: 3 })
  const means = add('MatMul', [
    shares,
    floats(
      Array.from({ length: bins }, (_, n) => n),
      [bins, 1],
    ),
  ])
  const distances = add('Reshape', [means, whole(-1, total, 4)])
  const everyCell = grids.flatMap(({ stride, columns, rows }) =>
    Array.from({ length: columns * rows }, (_, n) => {
      const [x, y] = [((n % columns) + 0.5) * stride, (Math.floor(n / columns) + 0.5) * stride]
      return { middle: [x, y, x, y], reach: [-stride, -stride, stride, stride] }
    }),
  )
  const middles = floats(
    everyCell.flatMap(({ middle }) => middle),
    [1, total, 4],
  )
  const reaches = floats(
    everyCell.flatMap(({ reach }) => reach),
    [1, total, 4],
  )
  const boxes = add('Add', [add('Mul', [distances, reaches]), middles])
  const out = add('Concat', [boxes, scores], { axis: 2 })
  const batch = shapeOf(graph.output[0]!)!.dims![0]!
  graph.output = [makeValueInfo(out, elementTypes.float32, [batch, total, 4 + labels])]
}

/** Four sides, each with a distribution over at least two numbers. */
const isSides = (values: number) => values >= 8 && values % 4 === 0

function partOf(info: GraphProto['output'][number]): Part | null {
  const dims = shapeOf(info)?.dims
  if (dims?.length !== 3) return null
  const [, cells, values] = dims
  return typeof cells === 'number' && typeof values === 'number' ? { name: info.name, cells, values } : null
}
