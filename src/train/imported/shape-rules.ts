import { broadcastShape } from '../autodiff/ops-arithmetic.ts'
import type { NodeReader } from './node-reader.ts'
import { fromMarked, toMarked } from './operand.ts'

const numbers = (reader: NodeReader, index: number) => Array.from(reader.known(index).data)

/** Axes from an input (newer operator sets) or the attribute `axes` (older ones); null when left out. */
export function axesOf(reader: NodeReader, index: number): readonly number[] | null {
  if (reader.has(index)) return numbers(reader, index)
  return reader.ints('axes')
}

/** The result of Reshape, in the tape's notation. */
export function reshapedShape(reader: NodeReader, from: readonly number[]): number[] {
  const copies = reader.int('allowzero', 0) === 0
  const wanted = numbers(reader, 1).map((size, axis) =>
    size === 0 && copies ? toMarked(from[axis] ?? 1) : size,
  )
  const total = from.reduce((product, size) => product * toMarked(size), 1)
  const given = wanted.filter((size) => size !== -1).reduce((product, size) => product * size, 1)
  // What was said for a batch of one holds for each of many: the first axis takes the batch.
  const carries = reader.lifted !== null && fromMarked(given) > 0 && toMarked(from[0]!) % reader.lifted === 0
  const batch = carries ? reader.lifted! : 1
  const shape = wanted.map((size) => (size === -1 ? total / batch / given : size))
  shape[0]! *= batch
  if (shape.reduce((product, size) => product * size, 1) !== total || !shape.every(Number.isInteger))
    throw reader.unsupported(
      `it makes [${wanted.map(fromMarked).join()}] of [${from.join()}]; where the batch is -1, export with a free batch axis`,
    )
  return shape.map(fromMarked)
}

/** The result of Expand, in the tape's notation. */
export function expandedShape(reader: NodeReader): number[] {
  const target = numbers(reader, 1).map(fromMarked)
  return broadcastShape(reader.shape(0), target)
}

/** What Slice does to one axis. */
export type Cut =
  /** The elements that stay. */
  | { readonly axis: number; readonly indices: number[] }
  /** Whole batches of an axis that has several: from and to which. */
  | { readonly axis: number; readonly ofEach: false; readonly ends: readonly [number, number] }
  /** The same part of what each element of the batch has on axis 0. */
  | { readonly axis: 0; readonly ofEach: true; readonly ends: readonly [number, number] }

/** Per axis that Slice cuts: which elements stay. Axes that stay whole are left out. */
export function slicedIndices(reader: NodeReader): Cut[] {
  const shape = reader.shape(0)
  const inputs = reader.opset >= 10
  const starts = inputs ? numbers(reader, 1) : (reader.ints('starts') ?? [])
  const ends = inputs ? numbers(reader, 2) : (reader.ints('ends') ?? [])
  const axes = (inputs ? axesOf(reader, 3) : reader.ints('axes')) ?? starts.map((_, axis) => axis)
  const steps = inputs && reader.has(4) ? numbers(reader, 4) : starts.map(() => 1)
  return axes.flatMap((given, n): Cut[] => {
    const axis = reader.axis(given, shape.length)
    const step = steps[n]!
    const places = (size: number): [number, number] => {
      const clamp = (value: number, low: number, high: number) =>
        Math.min(Math.max(value < 0 ? value + size : value, low), high)
      return step > 0
        ? [clamp(starts[n]!, 0, size), clamp(ends[n]!, 0, size)]
        : [clamp(starts[n]!, 0, size - 1), clamp(ends[n]!, -1, size - 1)]
    }
    const size = toMarked(shape[axis]!)
    const [start, end] = places(size)
    if (start === 0 && end === size && step === 1) return []
    if (shape[axis]! < 0) return [cutBatch(reader, { axis, step, start, end, places })]
    const count = Math.max(0, Math.ceil((end - start) / step))
    return [{ axis, indices: Array.from({ length: count }, (_, k) => start + k * step) }]
  })
}

function cutBatch(
  reader: NodeReader,
  cut: { axis: number; step: number; start: number; end: number; places: (size: number) => [number, number] },
): Cut {
  const { axis, step, start, end } = cut
  const batches = [start, end].map((place) => (place === 0 ? 0 : -fromMarked(place))) as [number, number]
  if (step === 1 && reader.lifted === null && batches[0] >= 0 && batches[1] > batches[0])
    return { axis, ofEach: false, ends: batches }
  if (step !== 1 || reader.lifted === null || axis !== 0) throw reader.unsupported('it cuts the batch axis')
  return { axis: 0, ofEach: true, ends: cut.places(toMarked(reader.shape(0)[0]!) / reader.lifted) }
}

/** Sizes of the parts that Split makes. */
export function splitSizes(reader: NodeReader): { axis: number; sizes: readonly number[] } {
  const shape = reader.shape(0)
  const axis = reader.axis(reader.int('axis', 0), shape.length)
  const size = shape[axis]!
  if (size < 0) throw reader.unsupported('it splits the batch axis')
  const given = reader.has(1) ? numbers(reader, 1) : reader.ints('split')
  if (given) return { axis, sizes: given }
  // As even as can be, the last part smaller.
  const each = Math.ceil(size / reader.outputs)
  const sizes = Array.from({ length: reader.outputs }, (_, n) => Math.min(each, size - n * each))
  return { axis, sizes }
}
