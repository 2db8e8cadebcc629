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
/** How fast the background follows slow changes of what it shows. */
const followTauUs = 4e6
/** What is in front and does not change for so long becomes background, all at once: half of it would stay a ghost. */
const absorbUs = 120e6
/** More than this share in front is no object: the camera moved, or a light went on. */
const mostShare = 0.6

/**
 * Tells what is in front of a slowly learned background (a running average, after Wren et al. 1997). Unlike the
 * difference of two frames it shows somebody who stands still, for two minutes. The first frame of a
 * connection, and one that changed as a whole, becomes the background.
 */
export function createMotionMask(): { take(frame: Frame): MotionMask } {
  let background: Float32Array | null = null
  /** Since when a block in front is as it is now: its brightness then, and the PTS. */
  let frontMeans = new Float32Array(0)
  let frontUs = new Float64Array(0)
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
        frontMeans = means.slice()
        frontUs = new Float64Array(means.length).fill(ptsUs)
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
      const follow = 1 - Math.exp(-dtUs / followTauUs)
      for (let at = 0; at < means.length; at += 1) {
        const now = means[at]!
        if (cells[at] === 0) known[at]! += follow * (now - known[at]!)
        if (cells[at] === 0 || Math.abs(now - frontMeans[at]!) > changed) {
          frontMeans[at] = now
          frontUs[at] = ptsUs
        } else if (ptsUs - frontUs[at]! >= absorbUs) known[at] = now
      }
      return mask
    },
  }
}
