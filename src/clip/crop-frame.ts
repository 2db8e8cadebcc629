import type { BoxPx } from '../core/detection.ts'
import type { Frame } from '../core/frame.ts'

/**
 * A part of a frame brought to a size (bilinear, between pixel centres). The one loop over pixels in JavaScript: only
 * the crops around people go through it.
 *
 * @param window in pixels of the frame.
 * @param beside what lies beside the frame: its border again, or black.
 */
export function cropFrame(
  frame: Frame,
  window: BoxPx,
  { beside = 'border', ...size }: { widthPx: number; heightPx: number; beside?: 'border' | 'black' },
): Frame {
  const { data, widthPx: width, heightPx: height } = frame
  const out = new Uint8Array(size.widthPx * size.heightPx * 3)
  const columns = samplePoints(window.xPx, window.widthPx, { count: size.widthPx, limit: width })
  const rows = samplePoints(window.yPx, window.heightPx, { count: size.heightPx, limit: height })
  let at = 0
  for (let y = 0; y < size.heightPx; y += 1) {
    const [top, bottom] = [rows.low[y]! * width, rows.high[y]! * width]
    const down = rows.share[y]!
    for (let x = 0; x < size.widthPx; x += 1) {
      if (beside === 'black' && (columns.beside[x] === 1 || rows.beside[y] === 1)) {
        at += 3
        continue
      }
      const right = columns.share[x]!
      const a = (top + columns.low[x]!) * 3
      const b = (top + columns.high[x]!) * 3
      const c = (bottom + columns.low[x]!) * 3
      const d = (bottom + columns.high[x]!) * 3
      for (let channel = 0; channel < 3; channel += 1) {
        const above = data[a + channel]! * (256 - right) + data[b + channel]! * right
        const below = data[c + channel]! * (256 - right) + data[d + channel]! * right
        out[at] = (above * (256 - down) + below * down + 32_768) >> 16
        at += 1
      }
    }
  }
  return { ...frame, ...size, data: out }
}

/** For each output pixel its two neighbours, the share of the second, of 256, and whether it lies beside them all. */
function samplePoints(from: number, length: number, { count, limit }: { count: number; limit: number }) {
  const low = new Int32Array(count)
  const high = new Int32Array(count)
  const share = new Int32Array(count)
  const beside = new Uint8Array(count)
  for (let n = 0; n < count; n += 1) {
    const exact = from + ((n + 0.5) / count) * length - 0.5
    const point = Math.min(limit - 1, Math.max(0, exact))
    beside[n] = exact < -0.5 || exact > limit - 0.5 ? 1 : 0
    low[n] = Math.floor(point)
    high[n] = Math.min(limit - 1, low[n]! + 1)
    share[n] = Math.round((point - low[n]!) * 256)
  }
  return { low, high, share, beside }
}
