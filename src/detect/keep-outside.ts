import type { Detection } from '../core/detection.ts'
import type { PictureArea } from '../core/frame.ts'
import { insidePolygon } from '../core/shape/polygon.ts'

/**
 * The detections that do not stand in an area that is ignored. Where somebody stands is the middle of the lower edge of
 * their box, as for zones.
 *
 * @param areas corners are shares of the picture, 0–1
 */
export function keepOutside(
  detections: readonly Detection[],
  areas: readonly { readonly points: readonly (readonly [number, number])[] }[],
  { widthPx, heightPx }: PictureArea,
): readonly Detection[] {
  if (areas.length === 0) return detections
  const polygons = areas.map(({ points }) => points.map(([x, y]) => ({ x, y })))
  return detections.filter(({ box }) => {
    const x = (box.xPx + box.widthPx / 2) / widthPx
    // Feet under the picture's edge stand at its edge.
    const y = Math.min((box.yPx + box.heightPx) / heightPx, 1 - 1e-6)
    return !polygons.some((polygon) => insidePolygon({ x, y }, polygon))
  })
}
