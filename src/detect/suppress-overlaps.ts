import { overlapOf } from '../core/box-overlap.ts'
import type { Detection } from '../core/detection.ts'

/**
 * Greedy non-maximum suppression, each label by itself: of boxes that overlap by more than `iou` the one with the
 * highest score stays. The result is sorted by score; equal scores keep their order.
 *
 * @param most boxes that stay at most.
 */
export function suppressOverlaps(
  detections: readonly Detection[],
  options: { iou: number; most: number },
): Detection[] {
  const kept: Detection[] = []
  for (const candidate of [...detections].sort((a, b) => b.score - a.score)) {
    if (kept.length >= options.most) break
    const hidden = kept.some(
      ({ label, box }) => label === candidate.label && overlapOf(box, candidate.box) > options.iou,
    )
    if (!hidden) kept.push(candidate)
  }
  return kept
}
