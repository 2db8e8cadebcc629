import type { Random } from '../../core/random.ts'
import type { Tape, Value } from '../autodiff/tape.ts'

/** Places that are seen when a share of them is hidden: at least one, and never all. */
export function visibleCount(places: number, hiddenShare: number): number {
  return Math.min(places - 1, Math.max(1, Math.round(places * (1 - hiddenShare))))
}

/**
 * A random order of the places for each clip, int64 [N, L]: the first `visibleCount` are seen, the rest hidden. One
 * order for all moments of a clip, so that what is hidden stays hidden (tubes) and cannot be copied from a neighbour.
 */
export function drawOrders(batch: number, places: number, random: Random): BigInt64Array<ArrayBuffer> {
  const orders = new BigInt64Array(batch * places)
  for (let n = 0; n < batch; n += 1) {
    const order = orders.subarray(n * places, (n + 1) * places)
    for (let at = 0; at < places; at += 1) {
      const other = random.int(0, at)
      order[at] = order[other]!
      order[other] = BigInt(at)
    }
  }
  return orders
}

/** Patches [N, S, L, C] of pixels in the order (int64 [N, L]) of each clip. Nothing flows back through it. */
export function shufflePatches(tape: Tape, patches: Value, order: string): Value {
  const { graph } = tape
  const turned = graph.op('Transpose', [patches.name], { perm: [0, 2, 1, 3] })
  const picked = graph.op('GatherND', [turned, graph.op('Unsqueeze', [order, graph.i64([2])])], {
    batch_dims: 1,
  })
  return tape.constant(graph.op('Transpose', [picked], { perm: [0, 2, 1, 3] }), patches.shape)
}

/** Rows `from` to `to` of a table [..., L, X] in the order of each clip, int64 [N, L]: [N, 1, to - from, X]. */
export function gatherPlaces(
  tape: Tape,
  table: Value,
  { order, from, to, batch }: { order: string; from: number; to: number; batch: number },
): Value {
  const { graph } = tape
  const part = graph.op('Slice', [order, graph.i64([from]), graph.i64([to]), graph.i64([1])])
  const [places, width] = table.shape.slice(-2) as [number, number]
  const rows = graph.op('Gather', [graph.op('Reshape', [table.name, graph.i64([places, width])]), part], {
    axis: 0,
  })
  const dims = [batch, 1, to - from, width]
  return tape.constant(graph.op('Reshape', [rows, graph.i64(dims)]), dims)
}
