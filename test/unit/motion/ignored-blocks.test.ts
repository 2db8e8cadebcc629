import { describe, expect, it } from 'vitest'
import { keepOutside } from '../../../src/detect/keep-outside.ts'
import { createIgnoredBlocks } from '../../../src/motion/ignored-blocks.ts'
import { createMotionGate } from '../../../src/motion/motion-gate.ts'

const leftHalf = [
  {
    points: [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ] as const,
  },
]
const square = { widthPx: 64, heightPx: 64, pictureAspect: 1 }

const frameOf = (seq: number, brightX: number) => {
  const data = new Uint8Array(64 * 64 * 3).fill(60)
  for (let y = 24; y < 40; y += 1)
    for (let x = brightX; x < brightX + 8; x += 1) data.fill(220, (y * 64 + x) * 3, (y * 64 + x) * 3 + 3)
  const times = { ptsUs: seq * 200_000, arrivalMs: 0, arrivalMonoMs: 0 }
  return { cameraId: 'c', epoch: 1, seq, ...times, ...square, data }
}

describe('areas that are ignored', () => {
  it('are the blocks whose middle lies in them, wherever the picture lies in the frame', () => {
    const share = (fit: 'stretch' | 'letterbox', aspect: number) => {
      const blocks = createIgnoredBlocks(leftHalf, fit)({ ...square, pictureAspect: aspect })!
      return blocks.reduce((sum, block) => sum + block, 0) / blocks.length
    }
    expect(share('stretch', 1)).toBe(0.5)
    expect(share('stretch', 2)).toBe(0.5)
    // A picture twice as wide as high fills the upper half of a square frame.
    expect(share('letterbox', 2)).toBe(0.25)
    expect(createIgnoredBlocks([])(square)).toBeNull()
  })

  it('open no gate, and what moves beside them does', () => {
    const settings = { enabled: true, threshold: 0.004, holdMs: 0, ignore: leftHalf }
    const motionOf = (...xs: number[]) => {
      const gate = createMotionGate(settings)
      return xs.map((x, seq) => gate(frameOf(seq, x)).motion > settings.threshold)
    }
    expect(motionOf(0, 8, 16)).toEqual([false, false, false])
    expect(motionOf(40, 48, 40)).toEqual([false, true, true])
  })

  it('hold nobody whose feet are in them', () => {
    const area = { leftPx: 0, topPx: 0, stretchX: 1, widthPx: 100, heightPx: 100 }
    const at = (xPx: number, yPx: number) => ({
      box: { xPx, yPx, widthPx: 10, heightPx: 20 },
      label: 'person',
      score: 1,
    })
    const [inside, outside, below] = [at(20, 20), at(60, 20), at(20, 90)]
    expect(keepOutside([inside!, outside!, below!], leftHalf, area)).toEqual([outside])
    expect(keepOutside([inside!], [], area)).toEqual([inside])
  })
})
