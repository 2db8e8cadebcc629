import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTimeLine } from '../../../src/camera/time/time-line.ts'

/** Places what came, as [time, arrival] in seconds; the places in seconds, or the step. */
function place(came: readonly (readonly [number | null, number])[], line = createTimeLine()) {
  return came.map(([time, arrival]) => {
    const placed = line.place(time === null ? null : Math.round(time * 1e6), arrival * 1000)
    return typeof placed === 'number' ? placed / 1e6 : `step ${(placed.byMs / 1000).toFixed(1)}`
  })
}
const steady = (count: number, fps: number, from = 0) =>
  Array.from({ length: count }, (_, n) => [from + n / fps, from + n / fps] as const)

describe('time line', () => {
  it.each([
    ['8 s back', -8],
    ['an hour back', -3600],
    ['an hour forward', 3600],
    ['another base of 32 bits at 90 kHz', 2 ** 32 / 90_000],
    ['3 s forward', 3],
    ['0.6 s back', -0.6],
  ])('tells a step: %s', (_name, by) => {
    const before = steady(50, 25)
    const placed = place([...before, [2 + by, 2]])
    expect(placed.slice(0, 50)).toEqual(before.map(([time]) => time))
    expect(placed[50]).toBe(`step ${by.toFixed(1)}`)
  })

  it('takes a stall of the network and its backlog for what they are, at any rate', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.2, 1, 5, 25, 60),
        fc.double({ min: 1, max: 60, noNaN: true }),
        (fps, stall) => {
          const before = steady(20, fps)
          const end = before.at(-1)![0] + stall
          // All that was sent in that time comes at once.
          const behind = Array.from(
            { length: Math.floor(stall * fps) },
            (_, n) => [(20 + n) / fps, end] as const,
          )
          const placed = place([...before, ...behind])
          expect(placed.filter((each) => typeof each !== 'number')).toEqual([])
        },
      ),
    )
  })

  it('takes pictures that were dropped in a stall for a gap', () => {
    expect(place([...steady(50, 25), [7, 7], [7.04, 7.01]]).slice(-2)).toEqual([7, 7.04])
  })

  it('does not judge what was held back while the connection began', () => {
    const burst = Array.from({ length: 5 }, (_, n) => [n * 5, 0.001 * n] as const)
    expect(place([...burst, [25, 5]])).toEqual([0, 5, 10, 15, 20, 25])
  })

  it('smooths small disorder, so that time only rises', () => {
    const placed = place([...steady(50, 25), [1.9, 2], [null, 2.04], [2.08, 2.08]])
    expect(placed.slice(-3)).toEqual([1.960001, 1.960002, 2.08])
  })

  it('believes a clock that runs at another speed', () => {
    const fast = Array.from({ length: 2000 }, (_, n) => [n * 0.05, n * 0.04] as const)
    expect(place(fast).every((each) => typeof each === 'number')).toBe(true)
  })

  it('finds a step in the length of something', () => {
    const line = createTimeLine()
    for (let n = 0; n < 20; n += 1) line.place(n * 200_000, n * 200, (n + 1) * 200_000)
    expect(line.place(4_000_000, 4000, 3_604_200_000)).toEqual({ byMs: expect.closeTo(3600_000, -3) })
  })

  it('follows a file wherever it goes', () => {
    const line = createTimeLine()
    expect([-800_000, 0, 3_600_000_000, 5].map((us) => line.follow(us))).toEqual([
      -800_000, 0, 3_600_000_000, 3_600_000_001,
    ])
  })
})
