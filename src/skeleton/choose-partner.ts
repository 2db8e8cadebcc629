import type { BoxPx } from '../core/detection.ts'
import type { BodyReading, WindowSpan } from './body-reading.ts'
import { latestRun, longestGapUs, startOf } from './latest-run.ts'

/** Whoever is farther away, in lengths of the body, has nothing to do with it. */
const nearBodies = 2.5

type Placed = Pick<BodyReading, 'ptsUs' | 'box'>

/**
 * Of the others the one who is nearest to a body, over the whole window: by the mean distance between the middles of
 * their boxes at the moments of the body. Its length is the longer side of its box at its longest, so that somebody who
 * lies or bends is as long as they were. Index among the others; null where nobody is near.
 */
export function choosePartner(
  own: readonly Placed[],
  others: readonly (readonly Placed[])[],
  span: WindowSpan,
): number | null {
  const startUs = startOf(span)
  const seen = latestRun(own, span.endPtsUs).filter(({ ptsUs }) => ptsUs >= startUs)
  const bodyPx = Math.max(0, ...seen.map(({ box }) => Math.max(box.widthPx, box.heightPx)))
  let nearest: number | null = null
  let leastPx = nearBodies * bodyPx
  for (const [index, readings] of others.entries()) {
    const distancePx = meanDistance(seen, latestRun(readings, span.endPtsUs))
    if (distancePx === null || distancePx > leastPx || (nearest !== null && distancePx === leastPx)) continue
    leastPx = distancePx
    nearest = index
  }
  return nearest
}

/** Over the moments at which both were seen; null where there are none. */
function meanDistance(seen: readonly Placed[], other: readonly Placed[]): number | null {
  let sumPx = 0
  let moments = 0
  let at = -1
  for (const { ptsUs, box } of seen) {
    while (at + 1 < other.length && other[at + 1]!.ptsUs <= ptsUs) at += 1
    const there = other[at]
    if (!there || ptsUs - there.ptsUs > longestGapUs) continue
    const [a, b] = [middleOf(box), middleOf(there.box)]
    sumPx += Math.hypot(a.x - b.x, a.y - b.y)
    moments += 1
  }
  return moments === 0 ? null : sumPx / moments
}

function middleOf({ xPx, yPx, widthPx, heightPx }: BoxPx): { x: number; y: number } {
  return { x: xPx + widthPx / 2, y: yPx + heightPx / 2 }
}
