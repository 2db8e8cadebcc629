import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePartner } from '../../../src/skeleton/choose-partner.ts'
import { resampleWindow } from '../../../src/skeleton/resample-window.ts'
import { skeletonWindow } from '../../../src/skeleton/skeleton-window.ts'
import { anyReadings, bodyAt, moved, second, times } from './bodies.ts'

const span = (endPtsUs: number) => ({ endPtsUs, frames: 20, sampleFps: 10 })
const still = (x: number, moments = times(20, 100_000, 100_000), y = 50) =>
  moments.map((ptsUs) => bodyAt(ptsUs, x, { y }))
const now = span(2 * second)

describe('the partner of a body', () => {
  it.each([
    ['nobody', [], null],
    ['who is near', [still(200)], 0],
    ['nobody beyond two and a half bodies', [still(251)], null],
    ['who is just two and a half bodies away', [still(250)], 0],
    ['the nearest of several', [still(240), still(-90), still(100)], 1],
    ['the first of two who are equally near', [still(90), still(-90)], 0],
    ['who is nearest over the whole window', [[...still(10, times(1, 0, 2 * second))], still(60)], 0],
    ['nobody who was gone a second before', [still(50, times(9, 100_000))], null],
    ['who came just now', [still(50, times(2, 100_000, 1.9 * second))], 0],
    ['nobody who comes later', [still(50, times(9, 100_000, 2.1 * second))], null],
    ['nobody above in the picture', [still(0, times(20, 100_000, 100_000), 301)], null],
  ])('is %s', (_, others, expected) => {
    expect(choosePartner(still(0), others, now)).toBe(expected)
  })

  it('measures in the length that the body has where it is longest', () => {
    const lying = still(0).map((reading, n) =>
      n < 15 ? reading : { ...reading, box: { xPx: -50, yPx: 40, widthPx: 100, heightPx: 20 } },
    )
    expect(choosePartner(lying, [still(240)], now)).toBe(0)
  })

  it('takes one whose way crosses for a moment for farther than one who stays', () => {
    const crossing = times(20, 100_000, 100_000).map((ptsUs) => bodyAt(ptsUs, ptsUs / 5000 - 200))
    expect(choosePartner(still(0), [crossing, still(60)], now)).toBe(1)
  })
})

describe('the window of a skeleton model', () => {
  it('is there once three tenths of it were seen', () => {
    expect(skeletonWindow(still(0, times(6, 100_000)), [], span(500_000))).toBeNull()
    expect(skeletonWindow(still(0, times(7, 100_000)), [], span(600_000))).not.toBeNull()
  })

  it('begins anew after a gap', () => {
    const broken = [...still(0, times(20, 100_000)), ...still(0, times(7, 100_000, 3 * second))]
    expect(skeletonWindow(broken, [], span(3.5 * second))).toBeNull()
    expect(skeletonWindow(broken, [], span(3.6 * second))).not.toBeNull()
  })

  it('has the body first and the nearest other beside it, or zeros', () => {
    const alone = skeletonWindow(still(0), [still(900)], now)!
    const pair = skeletonWindow(still(0), [still(900), still(70)], now)!
    const [own, other] = [resampleWindow(still(0), now), resampleWindow(still(70), now)]
    expect(alone).toHaveLength(20 * 2 * 17 * 3)
    for (let frame = 0; frame < 20; frame += 1) {
      const [from, to] = [frame * 51, frame * 51 + 51]
      expect(alone.subarray(frame * 102, frame * 102 + 51)).toEqual(own.subarray(from, to))
      expect(alone.subarray(frame * 102 + 51, frame * 102 + 102)).toEqual(new Float32Array(51))
      expect(pair.subarray(frame * 102, frame * 102 + 51)).toEqual(own.subarray(from, to))
      expect(pair.subarray(frame * 102 + 51, frame * 102 + 102)).toEqual(other.subarray(from, to))
    }
  })

  it('chooses the same one wherever the picture is and however large it is', () => {
    const change = fc.record({
      scale: fc.constantFrom(0.25, 0.5, 2, 4),
      dx: fc.integer({ min: -1000, max: 1000 }),
      dy: fc.integer({ min: -1000, max: 1000 }),
    })
    const whole = (readings: Parameters<typeof moved>[0]) =>
      readings.map(({ ptsUs, box, keypoints }) => ({
        ptsUs,
        box: Object.fromEntries(
          Object.entries(box).map(([key, value]) => [key, Math.max(1, Math.round(value))]),
        ) as unknown as typeof box,
        keypoints,
      }))
    fc.assert(
      fc.property(
        ...[
          anyReadings,
          fc.array(anyReadings, { maxLength: 4 }),
          fc.integer({ min: 0, max: 8_000_000 }),
          change,
        ],
        (drawn, drawnOthers, endPtsUs, how) => {
          const [own, others] = [whole(drawn), drawnOthers.map(whole)]
          const shifted = others.map((readings) => moved(readings, how))
          expect(choosePartner(moved(own, how), shifted, span(endPtsUs))).toBe(
            choosePartner(own, others, span(endPtsUs)),
          )
        },
      ),
    )
  })
})
