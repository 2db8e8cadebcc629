import type { BoxPx } from './detection.ts'

/** Intersection over union of two boxes, 0–1; 0 when either has no area, or a number that is none. */
export function overlapOf(a: BoxPx, b: BoxPx): number {
  const width = Math.min(a.xPx + a.widthPx, b.xPx + b.widthPx) - Math.max(a.xPx, b.xPx)
  const height = Math.min(a.yPx + a.heightPx, b.yPx + b.heightPx) - Math.max(a.yPx, b.yPx)
  // Not `<= 0`: it must hold for NaN too.
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  return shared / (a.widthPx * a.heightPx + b.widthPx * b.heightPx - shared)
}
