import { describe, expect, it } from 'vitest'
import { createClipSampler } from '../../../src/simulate/clip-sampler.ts'

const labels = ['walking', 'running', 'falling', 'lying', 'fighting', 'waving']
const options = { styleSet: 'train', frames: 4, sampleFps: 8, widthPx: 48, heightPx: 32, labels } as const
const some = (seed: number, count: number) => {
  const sampler = createClipSampler({ ...options, seed })
  return Array.from({ length: count }, () => sampler.next())
}

describe('clip sampler', () => {
  it('gives the same clips for the same seed', () => {
    expect(some(1, 5)).toEqual(some(1, 5))
    expect(some(1, 1)[0]!.frames).not.toEqual(some(2, 1)[0]!.frames)
  })

  it('shows every label, and clips without any', () => {
    const clips = some(3, 160)
    for (const [index, label] of labels.entries())
      expect(clips.filter(({ target }) => target[index] === 1).length, label).toBeGreaterThan(4)
    expect(clips.filter(({ target }) => target.every((value) => value === 0)).length).toBeGreaterThan(4)
  })

  it('masks the border between yes and no, never a clear yes', () => {
    const clips = some(4, 160)
    expect(clips.some(({ weight }) => weight.includes(0))).toBe(true)
    for (const { target, weight } of clips)
      target.forEach((value, index) => {
        if (value === 1) expect(weight[index]).toBe(1)
      })
  })

  it('gives pictures of the size that was asked for, with something to see', () => {
    const [clip] = some(5, 1)
    expect(clip!.frames).toHaveLength(4 * 48 * 32 * 3)
    expect(new Set(clip!.frames).size).toBeGreaterThan(10)
  })
})
