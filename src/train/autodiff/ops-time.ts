import type { Tape, Value } from './tape.ts'

/** Moved along one axis by `by` places, to the end where it is positive; what comes in is 0, what goes out is lost. */
export function shift(tape: Tape, x: Value, axis: number, by: number): Value {
  const { graph } = tape
  if (by === 0) return x
  const moved = (name: string, places: number) => {
    const pads = (amount: number) => x.shape.map((_, index) => (index === axis ? amount : 0))
    // Pad takes away where the amount is negative.
    return graph.op('Pad', [name, graph.i64([...pads(places), ...pads(-places)])])
  }
  return tape.record(moved(x.name, by), x.shape, [x], (g) => [[x, () => moved(g, -by)]])
}
