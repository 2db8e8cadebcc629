import type { NodeReader } from './node-reader.ts'

/** A shape as a tensor; what depends on a free batch is computed when the graph runs. */
export function shapeTensor({ tape, batchSize }: NodeReader, shape: readonly number[]): string {
  const { graph } = tape
  if (shape.every((size) => size >= 0)) return graph.i64(shape)
  const parts = shape.map((size) =>
    size >= 0 ? graph.i64([size]) : graph.op('Mul', [batchSize(), graph.i64([-size])]),
  )
  return graph.op('Concat', parts, { axis: 0 })
}
