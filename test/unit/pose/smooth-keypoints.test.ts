import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeypointFilter } from '../../../src/pose/smooth-keypoints.ts'

const point = (xPx: number, yPx = 0, score = 0.9) => ({ xPx, yPx, score })
const step = 200_000

describe('smoothing of keypoints', () => {
  it('leaves what rests where it is', () => {
    const filter = createKeypointFilter()
    for (let n = 0; n < 10; n += 1) expect(filter.smooth([point(5, 7)], n * step, 100)).toEqual([point(5, 7)])
  })

  it('takes half of the jitter away', () => {
    const filter = createKeypointFilter()
    const places = Array.from({ length: 60 }, (_, n) =>
      Math.abs(filter.smooth([point(n % 2 === 0 ? 2 : -2)], n * step, 100)[0]!.xPx),
    )
    expect(Math.max(...places.slice(20))).toBeLessThan(1)
  })

  it('is less than two frames behind somebody who runs', () => {
    const filter = createKeypointFilter()
    let last = 0
    for (let n = 0; n < 20; n += 1) last = filter.smooth([point(n * 40)], n * step, 100)[0]!.xPx
    expect(19 * 40 - last).toBeLessThan(40)
  })

  it('leaves a hidden point where it was while its score falls', () => {
    const filter = createKeypointFilter()
    filter.smooth([point(10)], 0, 100)
    const hidden = Array.from(
      { length: 3 },
      (_, n) => filter.smooth([point(90, 0, 0.03)], (n + 1) * step, 100)[0]!,
    )
    expect(hidden[0]!.xPx).toBeLessThan(15)
    expect(hidden.at(-1)!.score).toBeLessThan(0.3)
  })

  it.each([
    ['a gap', 2_000_000],
    ['time that goes back', -1],
  ])('begins anew after %s', (_, ptsUs) => {
    const filter = createKeypointFilter()
    filter.smooth([point(0)], 0, 100)
    expect(filter.smooth([point(50)], ptsUs, 100)).toEqual([point(50)])
  })

  it('stays between what was and what is found, and moves with the picture', () => {
    const reading = fc.record({
      x: fc.double({ min: -500, max: 500, noNaN: true }),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      us: fc.integer({ min: 1000, max: 900_000 }),
    })
    fc.assert(
      fc.property(
        fc.array(reading, { minLength: 1, maxLength: 20 }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (readings, offset) => {
          const [here, there] = [createKeypointFilter(), createKeypointFilter()]
          let [ptsUs, before] = [0, readings[0]!.x]
          for (const { x, score, us } of readings) {
            ptsUs += us
            const [found] = here.smooth([point(x, 0, score)], ptsUs, 100)
            const [moved] = there.smooth([point(x + offset, 0, score)], ptsUs, 100)
            expect(moved!.xPx - offset).toBeCloseTo(found!.xPx, 6)
            expect(found!.xPx).toBeGreaterThanOrEqual(Math.min(before, x) - 1e-9)
            expect(found!.xPx).toBeLessThanOrEqual(Math.max(before, x) + 1e-9)
            before = found!.xPx
          }
        },
      ),
    )
  })
})
