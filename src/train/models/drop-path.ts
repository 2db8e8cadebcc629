import { multiply } from '../autodiff/ops-arithmetic.ts'
import { shapeConstant, type Tape, type Value } from '../autodiff/tape.ts'

/**
 * Drop path, or stochastic depth (Huang et al. 2016): in training each clip passes through some blocks only. The mask
 * is fed, not drawn in the graph, so that a run can be repeated and gone on with.
 *
 * @param keep name of float32 [N, blocks]: 0 where a clip leaves a block out, else 1 / (1 - its probability).
 * @returns what a branch of a block is multiplied with: [rows, 1, 1], where `rows` is N or N times the tubelets.
 */
export function keepBlocks(
  tape: Tape,
  keep: string,
  { blocks, batch }: { blocks: readonly string[]; batch: number },
): (block: string, rows: number) => Value {
  const { graph } = tape
  return (block, rows) => {
    const index = blocks.indexOf(block)
    // [N, blocks] → [N, 1] → [N, rows / N] → [rows, 1, 1]
    const column = graph.op('Slice', [keep, graph.i64([index]), graph.i64([index + 1]), graph.i64([1])])
    const each = graph.op('Expand', [column, graph.i64([batch, rows / batch])])
    return tape.constant(graph.op('Reshape', [each, shapeConstant(graph, [rows, 1, 1])]), [rows, 1, 1])
  }
}

/** A branch of a block as much as it is kept. branch [rows, L, D], kept [rows, 1, 1] */
export function keepBranch(tape: Tape, branch: Value, kept: Value | undefined): Value {
  return kept === undefined ? branch : multiply(tape, branch, kept)
}
