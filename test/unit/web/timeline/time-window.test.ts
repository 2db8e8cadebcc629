import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pan, reveal, shareOf, ticks, timeAt, zoom } from '../../../../src/web/timeline/time-window.ts'
import { neighbour, segmentAfter, segmentAt } from '../../../../src/web/timeline/timeline-data.ts'

const windows = fc.record({
  fromMs: fc.integer({ min: 1e12, max: 2e12 }),
  spanMs: fc.integer({ min: 10_000, max: 31 * 86_400_000 }),
})

it('keeps the moment under the pointer while it zooms', () => {
  fc.assert(
    fc.property(
      windows,
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (window, factor, share) => {
        const next = zoom(window, factor, share)
        expect(timeAt(next, share)).toBeCloseTo(timeAt(window, share), -1)
        expect(next.spanMs).toBeGreaterThanOrEqual(10_000)
        expect(next.spanMs).toBeLessThanOrEqual(31 * 86_400_000)
      },
    ),
  )
})

it('shows a moment where it was out of sight, and moves for nothing else', () => {
  const window = { fromMs: 1000, spanMs: 100_000 }
  expect(reveal(window, 50_000)).toBe(window)
  expect(shareOf(reveal(window, 500_000), 500_000)).toBeCloseTo(0.5)
  expect(pan(window, 0.5).fromMs).toBe(51_000)
})

it('has between a few and many words on the axis, at round times', () => {
  fc.assert(
    fc.property(windows, fc.integer({ min: 320, max: 2000 }), (window, widthPx) => {
      const { stepMs, atMs } = ticks(window, widthPx, 0)
      expect(atMs.length).toBeLessThanOrEqual(widthPx / 80 + 1)
      for (const at of atMs) expect(at % stepMs).toBe(0)
    }),
  )
  const india = ticks({ fromMs: 0, spanMs: 86_400_000 }, 1000, -330)
  expect(india.atMs.every((at) => (at + 330 * 60_000) % india.stepMs === 0)).toBe(true)
})

it('goes on over gaps, and to the next alert', () => {
  const segments = [
    { fromMs: 0, durationMs: 10 },
    { fromMs: 100, durationMs: 10 },
  ]
  expect(segmentAt(segments, 5)?.fromMs).toBe(0)
  expect(segmentAt(segments, 50)?.fromMs).toBe(100)
  expect(segmentAt(segments, 110)).toBeNull()
  expect(segmentAfter(segments, segments[0]!)?.fromMs).toBe(100)
  expect(segmentAfter(segments, segments[1]!)).toBeNull()
  const mark = (second: number) => ({
    alertId: `a${second}`,
    label: 'x',
    severity: 'info' as const,
    from: new Date(second * 1000).toISOString(),
    to: new Date(second * 1000).toISOString(),
    hasClip: true,
  })
  const marks = [mark(30), mark(20), mark(10)]
  expect(neighbour(marks, 20_000, 1)?.alertId).toBe('a30')
  expect(neighbour(marks, 20_000, -1)?.alertId).toBe('a10')
  expect(neighbour(marks, 5000, -1)).toBeNull()
})
