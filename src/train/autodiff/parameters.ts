import type { GraphBuilder } from '../../onnx/graph-builder.ts'
import { sizeOf, type Tape, type Value } from './tape.ts'

/** One tensor of weights. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** Standard deviation of the normal numbers that it starts with; 0 for zeros. */
  readonly deviation: number
  /** What it starts with instead of 0, such as 1 for the gain of a norm. */
  readonly offset?: number
  /** Whether weight decay pulls it towards 0: matrices and kernels, not gains and biases. */
  readonly decay: boolean
  /**
   * How many layers lie before its own, counted from the input. Absent where names tell the layers (see layersOf), as
   * those of imported graphs do not.
   */
  readonly layer?: number
}

/** Where each tensor lies in the one flat vector that holds all weights; those with decay come first. */
export interface ParameterLayout {
  readonly entries: readonly (ParameterSpec & { readonly start: number; readonly count: number })[]
  readonly total: number
  /** Length of the part with decay. */
  readonly decayed: number
}

export function layOut(specs: readonly ParameterSpec[]): ParameterLayout {
  const ordered = [...specs.filter(({ decay }) => decay), ...specs.filter(({ decay }) => !decay)]
  let start = 0
  const entries = ordered.map((spec) => {
    const count = sizeOf(spec.shape)
    const entry = { ...spec, start, count }
    start += count
    return entry
  })
  const decayed = entries.filter(({ decay }) => decay).reduce((sum, { count }) => sum + count, 0)
  return { entries, total: start, decayed }
}

/** Weights to start with. `normal` gives normally distributed numbers. */
export function initialWeights(layout: ParameterLayout, normal: () => number): Float32Array {
  const weights = new Float32Array(layout.total)
  for (const { start, count, deviation, offset = 0 } of layout.entries)
    for (let index = start; index < start + count; index += 1)
      weights[index] = offset + (deviation === 0 ? 0 : deviation * normal())
  return weights
}

/**
 * The tensors that are trained and those that are frozen. `scaleOf` says how fast each is trained: its share of the
 * learning rate; 0 freezes it.
 */
export function splitParameters(
  specs: readonly ParameterSpec[],
  scaleOf: (name: string) => number,
): { trained: ParameterLayout; frozen: ParameterLayout } {
  return {
    trained: layOut(specs.filter(({ name }) => scaleOf(name) > 0)),
    frozen: layOut(specs.filter(({ name }) => !(scaleOf(name) > 0))),
  }
}

/** Takes the tensors of one layout out of a flat vector of another one that has them all. */
export function gatherParameters(
  values: Float32Array,
  from: ParameterLayout,
  wanted: ParameterLayout,
): Float32Array {
  const starts = new Map(from.entries.map(({ name, start }) => [name, start]))
  const out = new Float32Array(wanted.total)
  for (const { name, start, count } of wanted.entries) {
    const at = starts.get(name)!
    out.set(values.subarray(at, at + count), start)
  }
  return out
}

/** How a model asks for its weights by name. */
export type Parameters = (name: string) => Value

/** Weights as slices of a flat graph input, with gradients. The input begins with the weight `first` of the layout. */
export function trainableParameters(
  tape: Tape,
  flat: string,
  { entries }: Pick<ParameterLayout, 'entries'>,
  first = 0,
): Map<string, Value> {
  const { graph } = tape
  return new Map(
    entries.map(({ name, shape, start, count }) => {
      const [from, to] = [start - first, start - first + count]
      const slice = graph.op('Slice', [flat, graph.i64([from]), graph.i64([to]), graph.i64([0])])
      return [name, tape.leaf(graph.op('Reshape', [slice, graph.i64(shape)]), shape)]
    }),
  )
}

/** Weights as constants of a serving graph. */
export function frozenParameters(
  tape: Tape,
  weights: Float32Array,
  layout: ParameterLayout,
): Map<string, Value> {
  return new Map(
    layout.entries.map(({ name, shape, start, count }) => [
      name,
      tape.constant(tape.graph.f32(weights.slice(start, start + count), shape, name), shape),
    ]),
  )
}

/** All gradients as one flat vector in the order of the layout; zeros where there is no influence. */
export function flatGradient(
  graph: GraphBuilder,
  { entries }: Pick<ParameterLayout, 'entries'>,
  gradientOf: (name: string) => string | null,
): string {
  const parts = entries.map(({ name, count }) => {
    const gradient = gradientOf(name)
    return gradient === null
      ? graph.op('Expand', [graph.f32([0], [1]), graph.i64([count])])
      : graph.op('Reshape', [gradient, graph.i64([count])])
  })
  return graph.op('Concat', parts, { axis: 0 })
}

/** A flat vector with tensors that both layouts name in the same shape copied from another; the rest stays. */
export function copyWeights(
  from: { layout: ParameterLayout; weights: Float32Array },
  to: { layout: ParameterLayout; weights: Float32Array },
): Float32Array {
  const copied = to.weights.slice()
  const sources = new Map(from.layout.entries.map((entry) => [entry.name, entry]))
  for (const { name, shape, start } of to.layout.entries) {
    const source = sources.get(name)
    if (source && source.shape.join() === shape.join())
      copied.set(from.weights.subarray(source.start, source.start + source.count), start)
  }
  return copied
}
