import type { Frame } from '../core/frame.ts'
import { blockMeans, blockPx } from './block-means.ts'
import { lightGain } from './frame-difference.ts'

/** Which blocks of the picture are not as its background is. */
export interface MotionMask {
  readonly columns: number
  readonly rows: number
  /** 1 for a block in front of the background, row by row. */
  readonly cells: Uint8Array
  /** Side of a block in pixels of the frame. */
  readonly blockPx: number
}

/** Brightness by which a block must differ from the background, of 255. */
const changed = 12
/** How fast the background follows what is behind, and what stays in front of it. */
const behindTauUs = 4e6
const frontTauUs = 120e6
/** More than this share in front is no object: the camera moved, or a light went on. */
const mostShare = 0.6

/**
 * Tells what is in front of a slowly learned background (a running average, after Wren et al. 1997). Unlike the
 * difference of two frames it shows somebody who stands still, for about two minutes. The first frame of a
 * connection, and one that changed as a whole, becomes the background.
 */
export function createMotionMask(): { take(frame: Frame): MotionMask } {
  let background: Float32Array | null = null
  let before: { epoch: number; ptsUs: number } | null = null

  return {
    take({ data, widthPx, heightPx, epoch, ptsUs }) {
      const means = blockMeans(data, widthPx, heightPx)
      const columns = Math.floor(widthPx / blockPx)
      const cells = new Uint8Array(means.length)
      const mask = { columns, rows: Math.floor(heightPx / blockPx), cells, blockPx }
      const continued =
        background?.length === means.length && before?.epoch === epoch && before.ptsUs <= ptsUs
      const dtUs = continued ? ptsUs - before!.ptsUs : 0
      before = { epoch, ptsUs }
      if (!continued) {
        background = means
        return mask
      }
      const known = background!
      const gain = lightGain(known, means)
      let count = 0
      for (let at = 0; at < means.length; at += 1)
        if (Math.abs(means[at]! - known[at]! * gain) > changed) {
          cells[at] = 1
          count += 1
        }
      if (count > mostShare * means.length) {
        background = means
        cells.fill(0)
        return mask
      }
      const [behind, front] = [1 - Math.exp(-dtUs / behindTauUs), 1 - Math.exp(-dtUs / frontTauUs)]
      for (let at = 0; at < means.length; at += 1)
        known[at]! += (cells[at] === 1 ? front : behind) * (means[at]! - known[at]!)
      return mask
    },
  }
}
