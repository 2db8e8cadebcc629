import type { GraphBuilder } from '../../onnx/graph-builder.ts'
import { flatGradient, type ParameterLayout, trainableParameters } from './parameters.ts'
import type { Tape, Value } from './tape.ts'

/**
 * A stretch of the flat vectors that a training graph takes and gives as one tensor, so that nothing has to be cut out
 * of the whole or put together again, and the update of a slice stays in the processor's cache.
 */
export interface Slice {
  /** That of its first tensor. */
  readonly name: string
  /** The shape of the tensor if it is the only one, or [count]. */
  readonly shape: readonly number[]
  /** Where it lies in the flat vector. */
  readonly start: number
  readonly count: number
  /** Whether its weights are decayed. */
  readonly decay: boolean
  readonly entries: ParameterLayout['entries']
}

/** Tensors with fewer numbers share a slice with their neighbours: each input of a graph costs some microseconds. */
const leastAlone = 16_384

export function cutSlices({ entries }: ParameterLayout): Slice[] {
  const groups: ParameterLayout['entries'][number][][] = []
  for (const entry of entries) {
    const before = groups.at(-1)
    const joins =
      before !== undefined &&
      before[0]!.decay === entry.decay &&
      [before[0]!, entry].every(({ count }) => count < leastAlone)
    if (joins) before.push(entry)
    else groups.push([entry])
  }
  return groups.map((group) => {
    const [{ name, start, decay, shape }] = group as [(typeof group)[number]]
    const count = group.reduce((sum, each) => sum + each.count, 0)
    return { name, start, count, decay, entries: group, shape: group.length === 1 ? shape : [count] }
  })
}

/** Name of the graph's input for a slice of the vector `vector`, such as `weights`. */
export function sliceName(vector: string, { name }: Slice): string {
  return `${vector}/${name}`
}

/** Declares the slices of a vector as inputs of the graph; gives the names, in order. */
export function sliceInputs(graph: GraphBuilder, vector: string, slices: readonly Slice[]): string[] {
  return slices.map((slice) => graph.input(sliceName(vector, slice), 'float32', slice.shape))
}

/** Makes values the outputs `<vector>_next` of the graph, slice by slice. */
export function sliceOutputs(
  graph: GraphBuilder,
  vector: string,
  slices: readonly Slice[],
  values: readonly string[],
): void {
  slices.forEach((slice, n) => {
    graph.output(sliceName(`${vector}_next`, slice), values[n]!, 'float32', slice.shape)
  })
}

/** The tensors of all slices by name, as leaves of the tape. `inputs` are the names of sliceInputs. */
export function sliceParameters(
  tape: Tape,
  slices: readonly Slice[],
  inputs: readonly string[],
): Map<string, Value> {
  return new Map(
    slices.flatMap(({ name, shape, start, entries }, n) =>
      entries.length === 1
        ? [[name, tape.leaf(inputs[n]!, shape)] as const]
        : [...trainableParameters(tape, inputs[n]!, { entries }, start)],
    ),
  )
}

/** The gradient of each slice; zeros where there is no influence. */
export function sliceGradients(
  graph: GraphBuilder,
  slices: readonly Slice[],
  gradientOf: (name: string) => string | null,
): string[] {
  return slices.map(({ name, shape, entries }) => {
    if (entries.length > 1) return flatGradient(graph, { entries }, gradientOf)
    return gradientOf(name) ?? graph.op('Expand', [graph.f32([0], [1]), graph.i64(shape)])
  })
}
