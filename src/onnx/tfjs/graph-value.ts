import type { GraphBuilder } from '../graph-builder.ts'
import type { TfjsTensor } from './tfjs-weights.ts'

/** Sizes as far as they are known; null altogether when not even the number of axes is. */
export type Sizes = readonly (number | null)[] | null

/**
 * A value of the graph that is made. TensorFlow keeps channels last, ONNX's convolutions want them first: a value is held
 * in the order in which it was made, and turned where a node wants the other one. So chains of convolutions never turn
 * anything. Whole numbers of every width are int64 in ONNX, as its shapes and indices are.
 */
export interface GraphValue {
  readonly type: TfjsTensor['type']
  readonly sizes: Sizes
  /** The value in TensorFlow's order. */
  rows: string | null
  /** The same as [N, C, H, W]; of values with four axes alone. */
  planes: string | null
  /** What it holds, when it is a constant. */
  readonly known: TfjsTensor | null
}

export function computed(rows: string, type: GraphValue['type'], sizes: Sizes): GraphValue {
  return { type, sizes, rows, planes: null, known: null }
}

export function computedPlanes(planes: string, type: GraphValue['type'], sizes: Sizes): GraphValue {
  return { type, sizes, rows: null, planes, known: null }
}

export function constant(known: TfjsTensor): GraphValue {
  return { type: known.type, sizes: known.shape, rows: null, planes: null, known }
}

/** The name of a value in TensorFlow's order. */
export function rowsOf(graph: GraphBuilder, value: GraphValue): string {
  value.rows ??= value.planes
    ? graph.op('Transpose', [value.planes], { perm: [0, 2, 3, 1] })
    : write(graph, value.known!)
  return value.rows
}

/** The name of a value with four axes as [N, C, H, W]. */
export function planesOf(graph: GraphBuilder, value: GraphValue): string {
  value.planes ??= graph.op('Transpose', [rowsOf(graph, value)], { perm: [0, 3, 1, 2] })
  return value.planes
}

function write(graph: GraphBuilder, { type, shape, values }: TfjsTensor): string {
  if (type === 'float') return graph.f32(values as Float32Array, shape)
  if (type === 'int') return graph.i64([...values], shape)
  return graph.op('Cast', [graph.u8(Uint8Array.from(values), shape)], { to: 9 })
}
