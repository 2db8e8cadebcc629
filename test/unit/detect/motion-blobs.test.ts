import { describe, expect, it } from 'vitest'
import { pictureArea } from '../../../src/core/frame.ts'
import { findBlobs } from '../../../src/detect/motion-blobs.ts'

const size = { widthPx: 320, heightPx: 180, pictureAspect: 16 / 9 }
const area = pictureArea(size)
const [columns, rows] = [80, 45]

/** A mask with these rectangles of blocks set: left, top, width, height. */
function maskOf(...boxes: (readonly [number, number, number, number])[]) {
  const cells = new Uint8Array(columns * rows)
  for (const [left, top, width, height] of boxes)
    for (let y = top; y < top + height; y += 1) cells.fill(1, y * columns + left, y * columns + left + width)
  return { columns, rows, cells, blockPx: 4 }
}
const shapes = (mask: ReturnType<typeof maskOf>) =>
  findBlobs(mask, area).map(({ box }) => [box.xPx, box.yPx, box.widthPx, box.heightPx].map(Math.round))

describe('motion blobs', () => {
  it('finds every connected patch once, over corners too', () => {
    expect(shapes(maskOf([10, 10, 4, 12], [14, 22, 3, 4], [50, 5, 5, 15]))).toEqual([
      [40, 40, 28, 64],
      [200, 20, 20, 60],
    ])
  })

  it('puts a head on its body, and keeps two people who stand beside each other apart', () => {
    expect(shapes(maskOf([20, 10, 3, 2], [19, 14, 5, 12]))).toEqual([[76, 40, 20, 64]])
    expect(shapes(maskOf([20, 10, 4, 14], [26, 10, 4, 14]))).toHaveLength(2)
  })

  it('leaves out specks and what fills the picture; something small is a weak detection', () => {
    expect(shapes(maskOf([5, 5, 1, 1], [0, 0, 80, 30]))).toEqual([])
    expect(findBlobs(maskOf([5, 5, 3, 5]), area)[0]).toMatchObject({ label: 'person', score: 0.3 })
  })

  it('measures in the true proportions of the picture', () => {
    const stretched = pictureArea({ ...size, widthPx: 160 })
    expect(findBlobs({ ...maskOf([10, 10, 4, 12]), columns }, stretched)[0]!.box.widthPx).toBeCloseTo(32)
  })
})
