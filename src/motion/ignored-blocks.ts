import { type Frame, type PictureFit, pictureArea } from '../core/frame.ts'
import { insidePolygon } from '../core/shape/polygon.ts'
import { blockPx } from './block-means.ts'

/** Polygons in which nothing counts; corners are shares of the picture, 0–1. */
export type IgnoreAreas = readonly { readonly points: readonly (readonly [number, number])[] }[]

/**
 * Which blocks of a frame lie in an area that is ignored, row by row as blockMeans has them: 1 for those whose middle
 * does. Null when nothing is ignored. Worked out once for each size of the picture.
 */
export function createIgnoredBlocks(
  areas: IgnoreAreas,
  fit: PictureFit = 'stretch',
): (frame: Pick<Frame, 'widthPx' | 'heightPx' | 'pictureAspect'>) => Uint8Array | null {
  const polygons = areas.map(({ points }) => points.map(([x, y]) => ({ x, y })))
  let known: { key: string; blocks: Uint8Array } | null = null
  return (frame) => {
    if (polygons.length === 0) return null
    const key = `${frame.widthPx} ${frame.heightPx} ${frame.pictureAspect}`
    if (known?.key === key) return known.blocks
    const { leftPx, topPx, stretchX, widthPx, heightPx } = pictureArea(frame, fit)
    const columns = Math.floor(frame.widthPx / blockPx)
    const blocks = new Uint8Array(columns * Math.floor(frame.heightPx / blockPx))
    for (let at = 0; at < blocks.length; at += 1) {
      const x = (((at % columns) + 0.5) * blockPx - leftPx) * (stretchX / widthPx)
      const y = ((Math.floor(at / columns) + 0.5) * blockPx - topPx) / heightPx
      if (polygons.some((polygon) => insidePolygon({ x, y }, polygon))) blocks[at] = 1
    }
    known = { key, blocks }
    return blocks
  }
}
