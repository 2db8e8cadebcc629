import { describe, expect, it } from 'vitest'
import type { Frame } from '../../../src/core/frame.ts'
import { createMotionMask } from '../../../src/motion/motion-mask.ts'

const [widthPx, heightPx] = [32, 16]

/** A grey picture, with a white block of 8 × 8 at its left when somebody is there. */
function frame(seconds: number, { person = false, brightness = 100, epoch = 1 } = {}): Frame {
  const data = new Uint8Array(widthPx * heightPx * 3).fill(brightness)
  if (person) for (let y = 0; y < 8; y += 1) data.fill(220, y * widthPx * 3, y * widthPx * 3 + 24)
  const ms = seconds * 1000
  return {
    cameraId: 'c',
    epoch,
    seq: 0,
    ptsUs: seconds * 1e6,
    arrivalMs: ms,
    arrivalMonoMs: ms,
    widthPx,
    heightPx,
    data,
  }
}
const count = (cells: Uint8Array) => cells.reduce((sum, cell) => sum + cell, 0)

describe('motion mask', () => {
  it('shows somebody who came, while they stand still for two minutes, and nobody when they went', () => {
    const mask = createMotionMask()
    mask.take(frame(0))
    for (let s = 1; s < 100; s += 1) expect(count(mask.take(frame(s, { person: true })).cells)).toBe(4)
    expect(count(mask.take(frame(100)).cells)).toBe(0)
  })

  it('takes what stays for background, so that a parked car is no person for ever', () => {
    const mask = createMotionMask()
    mask.take(frame(0))
    for (let s = 1; s <= 130; s += 1) mask.take(frame(s, { person: true }))
    expect(count(mask.take(frame(131, { person: true })).cells)).toBe(0)
  })

  it('is blind to a change of light, and begins anew with a picture that changed as a whole', () => {
    const mask = createMotionMask()
    mask.take(frame(0))
    expect(count(mask.take(frame(1, { brightness: 130 })).cells)).toBe(0)
    expect(count(mask.take(frame(2, { person: true, epoch: 2 })).cells)).toBe(0)
  })
})
