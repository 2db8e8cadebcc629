import type { GraphBuilder } from '../../onnx/graph-builder.ts'
import { flatGradient, type ParameterLayout, trainableParameters } from './parameters.ts'
import type { Tape, Value } from './tape.ts'

/**
 * A stretch of the flat vectors that a training graph takes and gives as one tensor, so that nothing has to be cut out
 * of the whole or put together again, and the update of a piece stays in the processor's cache.
 */
export interface Piece {
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

/** Tensors with fewer numbers share a piece with their neighbours: each input of a graph costs some microseconds. */
const leastAlone = 16_384

export function cutPieces({ entries }: ParameterLayout): Piece[] {
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

/** Name of the graph's input for a piece of the vector `vector`, such as `weights`. */
export function pieceName(vector: string, { name }: Piece): string {
  return `${vector}/${name}`
}

/** Declares the pieces of a vector as inputs of the graph; gives the names, in order. */
export function pieceInputs(graph: GraphBuilder, vector: string, pieces: readonly Piece[]): string[] {
  return pieces.map((piece) => graph.input(pieceName(vector, piece), 'float32', piece.shape))
}

/** Makes values the outputs `<vector>_next` of the graph, piece by piece. */
export function pieceOutputs(
  graph: GraphBuilder,
  vector: string,
  pieces: readonly Piece[],
  values: readonly string[],
): void {
  pieces.forEach((piece, n) => {
    graph.output(pieceName(`${vector}_next`, piece), values[n]!, 'float32', piece.shape)
  })
}

/** The tensors of all pieces by name, as leaves of the tape. `inputs` are the names of pieceInputs. */
export function pieceParameters(
  tape: Tape,
  pieces: readonly Piece[],
  inputs: readonly string[],
): Map<string, Value> {
  return new Map(
    pieces.flatMap(({ name, shape, start, entries }, n) =>
      entries.length === 1
        ? [[name, tape.leaf(inputs[n]!, shape)] as const]
        : [...trainableParameters(tape, inputs[n]!, { entries }, start)],
    ),
  )
}

/** The gradient of each piece; zeros where there is no influence. */
export function pieceGradients(
  graph: GraphBuilder,
  pieces: readonly Piece[],
  gradientOf: (name: string) => string | null,
): string[] {
  return pieces.map(({ name, shape, entries }) => {
    if (entries.length > 1) return flatGradient(graph, { entries }, gradientOf)
    return gradientOf(name) ?? graph.op('Expand', [graph.f32([0], [1]), graph.i64(shape)])
  })
}
