import { add } from '../../../../src/train/autodiff/ops-arithmetic.ts'
import type { Tape, Value } from '../../../../src/train/autodiff/tape.ts'

/** x plus a plain number. */
export function shiftedBy(tape: Tape, x: Value, by: number): Value {
  return add(tape, x, tape.constant(tape.graph.f32([by]), []))
}
