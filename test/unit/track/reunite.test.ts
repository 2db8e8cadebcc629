import { describe, expect, it } from 'vitest'
import type { Detection } from '../../../src/core/detection.ts'
import { stepsApart } from '../../../src/track/box-geometry.ts'
import { createTracker } from '../../../src/track/tracker.ts'

const frameUs = 125_000
const picture = { widthPx: 640, heightPx: 360 }

function found(xPx: number, [widthPx, heightPx] = [20, 100], yPx = 200 - heightPx): Detection {
  return { box: { xPx, yPx, widthPx, heightPx }, label: 'person', score: 0.9 }
}

/** The ids that are seen in each frame; `frames` has the detections of each. */
function idsOf(frames: readonly (readonly Detection[])[]) {
  const tracker = createTracker({ idPrefix: '' })
  return frames.map((detections, n) =>
    tracker
      .update(detections, n * frameUs, picture)
      .filter(({ state }) => state === 'seen')
      .map(({ id }) => id)
      .join(),
  )
}

const frames = (count: number, at: (n: number) => Detection[]) =>
  Array.from({ length: count }, (_, n) => at(n))
const walk = (count: number) => frames(count, (n) => [found(100 + n * 12)])
const unseen = (count: number) => frames(count, () => [])

describe('steps apart', () => {
  it('are none between somebody who lies and the same one who stands there', () => {
    const standing = { xPx: 130, yPx: 100, widthPx: 30, heightPx: 100 }
    const lying = { xPx: 100, yPx: 165, widthPx: 100, heightPx: 35 }
    expect(stepsApart(standing, lying)).toBe(0)
    expect(stepsApart(lying, { ...standing, xPx: 220 })).toBeCloseTo(0.5, 5)
  })

  it('count from the end of the body that is not hidden', () => {
    const whole = { xPx: 100, yPx: 100, widthPx: 40, heightPx: 100 }
    expect(stepsApart(whole, { ...whole, heightPx: 60 })).toBe(0)
    expect(stepsApart(whole, { ...whole, xPx: 150 })).toBeCloseTo(0.5, 5)
  })
})

describe('a lost track', () => {
  it('goes on when who walked stops at once and is missed for a moment', () => {
    const stopped = frames(20, () => [found(100 + 15 * 12)])
    const ids = idsOf([...walk(16), ...unseen(4), ...stopped])
    expect(new Set(ids.filter((id) => id !== ''))).toEqual(new Set(['1']))
    // Two frames to tell somebody from a false detection.
    expect(ids.slice(20, 23)).toEqual(['', '1', '1'])
  })

  it('goes on when who fell gets up again beside where the head lay', () => {
    const fallen = frames(3, () => [found(270, [100, 35])])
    const risen = frames(4, () => [found(340)])
    const ids = idsOf([...walk(16), ...fallen, ...unseen(16), ...risen])
    expect(ids.at(-1)).toBe('1')
  })

  it('is not who begins farther away than one could have gone', () => {
    const other = frames(4, () => [found(480)])
    expect(idsOf([...walk(16), ...unseen(4), ...other]).at(-1)).toBe('2')
  })

  it('is not a child where an adult was', () => {
    const child = frames(4, () => [found(280, [20, 50])])
    expect(idsOf([...walk(16), ...unseen(4), ...child]).at(-1)).toBe('2')
  })

  it('is not who was there beside it before it was lost', () => {
    const both = frames(16, (n) => [found(300), found(330 + Math.max(0, 5 - n))])
    const ids = idsOf([...both, ...frames(8, () => [found(330)])])
    expect(ids.slice(15)).toEqual(['1,2', ...new Array(8).fill('2')])
  })

  it('is over when it left the picture: who comes in there is another', () => {
    const leaves = frames(12, (n) => [found(500 + n * 12, [40, 100])])
    // As detectors say it: boxes end at the border.
    const clipped = leaves.map((list) =>
      list.map(({ box, ...rest }) => ({
        ...rest,
        box: { ...box, widthPx: Math.min(box.widthPx, 640 - box.xPx) },
      })),
    )
    const comes = frames(6, (n) => [found(600 - n * 4, [38, 100])])
    for (const out of [leaves, clipped]) expect(idsOf([...out, ...unseen(10), ...comes]).at(-1)).toBe('2')
  })

  it('is given to the nearest of several, and each to one only', () => {
    const near = frames(4, () => [found(290), found(310)])
    const ids = idsOf([...walk(16), ...unseen(4), ...near])
      .at(-1)!
      .split(',')
    expect(ids).toHaveLength(2)
    expect(ids).toContain('1')
    expect(new Set(ids).size).toBe(2)
  })
})

describe('a new track', () => {
  it('is confirmed for a runner whose boxes of two frames hardly overlap', () => {
    const runs = frames(8, (n) => [found(100 + n * 40, [50, 100])])
    expect(idsOf(runs)).toEqual(['', '1', '1', '1', '1', '1', '1', '1'])
  })

  it('is none for false detections that are farther apart than anybody runs', () => {
    expect(idsOf(frames(8, (n) => [found(n % 2 === 0 ? 100 : 180)]))).toEqual(new Array(8).fill(''))
  })
})

describe('who is hidden where they stood still', () => {
  it('is held by weak detections there, though their last steps went on', () => {
    const weak: Detection = { ...found(100 + 15 * 12), score: 0.2 }
    const ids = idsOf([...walk(16), ...unseen(3), ...frames(10, () => [weak])])
    expect(ids.slice(-8)).toEqual(new Array(8).fill('1'))
  })
})
