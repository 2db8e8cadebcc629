import { overlapOf } from '../core/box-overlap.ts'
import type { BoxPx, Detection } from '../core/detection.ts'

/** What a detector found in one view of a picture, all in the pixels of the picture. */
export interface View {
  /** What the view shows of the picture. */
  readonly window: BoxPx
  readonly detections: readonly Detection[]
}

/** Two boxes of different views that overlap by more are of one thing. */
const sameIou = 0.45
/** A box that its view cut off is of what covers so much of it. */
const coveredShare = 0.5
/** So near the border of its view a box is cut off there, as a share of the view. */
const nearShare = 0.015
const mostDetections = 200

/**
 * One list of what overlapping views of a picture show. What one view cuts off at its border is left out where another
 * one shows it whole, also if the part had the higher score. Boxes of one view do not touch each other: its decoder
 * has suppressed them already. The surest come first.
 */
export function mergeViews(
  views: readonly View[],
  picture: { widthPx: number; heightPx: number },
): Detection[] {
  const found = views.flatMap(({ window, detections }, view) =>
    detections.map((detection) => ({ detection, view, cut: isCut(detection.box, window, picture) })),
  )
  found.sort((a, b) => Number(a.cut) - Number(b.cut) || b.detection.score - a.detection.score)
  const kept: typeof found = []
  for (const each of found) {
    if (kept.length >= mostDetections) break
    const { box, label } = each.detection
    const known = kept.some(
      (other) =>
        other.view !== each.view &&
        other.detection.label === label &&
        (overlapOf(other.detection.box, box) > sameIou ||
          (each.cut && coveredBy(box, other.detection.box) > coveredShare)),
    )
    if (!known) kept.push(each)
  }
  return kept.map(({ detection }) => detection).sort((a, b) => b.score - a.score)
}

/** Whether a box ends at a border of its view that is none of the picture. */
function isCut(box: BoxPx, window: BoxPx, picture: { widthPx: number; heightPx: number }): boolean {
  const [nearX, nearY] = [window.widthPx * nearShare, window.heightPx * nearShare]
  const [right, bottom] = [window.xPx + window.widthPx, window.yPx + window.heightPx]
  return (
    (window.xPx > nearX && box.xPx < window.xPx + nearX) ||
    (window.yPx > nearY && box.yPx < window.yPx + nearY) ||
    (right < picture.widthPx - nearX && box.xPx + box.widthPx > right - nearX) ||
    (bottom < picture.heightPx - nearY && box.yPx + box.heightPx > bottom - nearY)
  )
}

/** Share of a box that lies inside of another one. */
function coveredBy(box: BoxPx, other: BoxPx): number {
  const across = Math.min(box.xPx + box.widthPx, other.xPx + other.widthPx) - Math.max(box.xPx, other.xPx)
  const down = Math.min(box.yPx + box.heightPx, other.yPx + other.heightPx) - Math.max(box.yPx, other.yPx)
  return across > 0 && down > 0 ? (across * down) / (box.widthPx * box.heightPx) : 0
}
