import type { BoxPx } from '../core/detection.ts'

/**
 * How far two boxes of one body are apart, in body lengths. Sideways: how far the narrower reaches out of the wider,
 * so that who gets up is where they lay. Up and down: of the feet or of the heads, whichever is less, as the other
 * end may be hidden.
 */
export function stepsApart(a: BoxPx, b: BoxPx): number {
  const across = Math.abs(a.xPx + a.widthPx / 2 - b.xPx - b.widthPx / 2)
  const dx = Math.max(0, across - Math.abs(a.widthPx - b.widthPx) / 2)
  const heads = Math.abs(a.yPx - b.yPx)
  const feet = Math.abs(a.yPx + a.heightPx - b.yPx - b.heightPx)
  return Math.hypot(dx, Math.min(heads, feet)) / Math.max(1, a.widthPx, a.heightPx, b.widthPx, b.heightPx)
}
