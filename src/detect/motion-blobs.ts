import type { BoxPx, Detection } from '../core/detection.ts'
import type { PictureArea } from '../core/frame.ts'

/** Blocks that are in front of the background; see createMotionMask of src/motion. */
export interface Mask {
  readonly columns: number
  readonly rows: number
  readonly cells: Uint8Array
  readonly blockPx: number
}

/** What the motion detector calls everything: it cannot tell a person from a car. */
export const blobLabel = 'person'
/** Least and most share of the picture that a blob's box covers; under twice the least one is a weak detection. */
const leastShare = 0.003
const mostShare = 0.5
const sure = 0.9
const weak = 0.3
const mostBlobs = 50

/**
 * The detector for a site without a model: connected blocks that are in front of the background, parts of one body
 * put together. Weaker than a model in every way: it takes shadows, cars and doors for people, two who touch for one,
 * and loses who stands still for minutes.
 */
export function findBlobs(
  mask: Mask,
  { leftPx, topPx, stretchX, widthPx, heightPx }: PictureArea,
): Detection[] {
  const boxes = joinParts(connected(mask))
  const picture = widthPx * heightPx
  const detections = boxes.flatMap(({ left, top, right, bottom }): Detection[] => {
    const box: BoxPx = {
      xPx: (left * mask.blockPx - leftPx) * stretchX,
      yPx: top * mask.blockPx - topPx,
      widthPx: (right - left + 1) * mask.blockPx * stretchX,
      heightPx: (bottom - top + 1) * mask.blockPx,
    }
    const share = (box.widthPx * box.heightPx) / picture
    if (share < leastShare || share > mostShare) return []
    return [{ box, label: blobLabel, score: share >= 2 * leastShare ? sure : weak }]
  })
  return detections
    .sort((a, b) => b.box.widthPx * b.box.heightPx - a.box.widthPx * a.box.heightPx)
    .slice(0, mostBlobs)
}

interface Blob {
  left: number
  top: number
  right: number
  bottom: number
  count: number
}

/** Components of the mask; blocks are neighbours over an edge or a corner. Single blocks are noise. */
function connected({ columns, rows, cells }: Mask): Blob[] {
  const seen = new Uint8Array(cells.length)
  const stack: number[] = []
  const blobs: Blob[] = []
  for (let start = 0; start < cells.length; start += 1) {
    if (cells[start] !== 1 || seen[start] === 1) continue
    const blob: Blob = { left: columns, top: rows, right: 0, bottom: 0, count: 0 }
    seen[start] = 1
    stack.push(start)
    while (stack.length > 0) {
      const cell = stack.pop()!
      const [x, y] = [cell % columns, Math.floor(cell / columns)]
      blob.left = Math.min(blob.left, x)
      blob.right = Math.max(blob.right, x)
      blob.top = Math.min(blob.top, y)
      blob.bottom = Math.max(blob.bottom, y)
      blob.count += 1
      for (let ny = Math.max(0, y - 1); ny <= Math.min(rows - 1, y + 1); ny += 1)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(columns - 1, x + 1); nx += 1) {
          const near = ny * columns + nx
          if (cells[near] !== 1 || seen[near] === 1) continue
          seen[near] = 1
          stack.push(near)
        }
    }
    if (blob.count > 1) blobs.push(blob)
  }
  return blobs
}

/** Parts that overlap, or stand over each other with a small gap (a head, a body, legs), become one. */
function joinParts(parts: readonly Blob[]): Blob[] {
  const blobs = parts.map((part) => ({ ...part }))
  for (let joined = true; joined; ) {
    joined = false
    for (let a = 0; a < blobs.length; a += 1)
      for (let b = blobs.length - 1; b > a; b -= 1)
        if (belongTogether(blobs[a]!, blobs[b]!)) {
          const [one, other] = [blobs[a]!, blobs.splice(b, 1)[0]!]
          one.left = Math.min(one.left, other.left)
          one.top = Math.min(one.top, other.top)
          one.right = Math.max(one.right, other.right)
          one.bottom = Math.max(one.bottom, other.bottom)
          one.count += other.count
          joined = true
        }
  }
  return blobs
}

function belongTogether(a: Blob, b: Blob): boolean {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left) + 1
  const gap = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom) - 1
  const narrow = Math.min(a.right - a.left, b.right - b.left) + 1
  const tall = Math.max(a.bottom - a.top, b.bottom - b.top) + 1
  if (across > 0 && gap <= 0) return true
  return across >= narrow / 2 && gap <= Math.max(2, tall / 4)
}
