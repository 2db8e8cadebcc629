import { describe, expect, it } from 'vitest'
import { sinceMs } from '../../../../src/cli/options/since-ms.ts'

const nowMs = Date.UTC(2026, 4, 2, 10, 30)
const berlin = { timeZone: 'Europe/Berlin' }

describe('a point in time', () => {
  it.each([
    ['10m', Date.UTC(2026, 4, 2, 10, 20)],
    ['1d', Date.UTC(2026, 4, 1, 10, 30)],
    ['2026-05-01', Date.UTC(2026, 3, 30, 22)],
    ['2026-01-15', Date.UTC(2026, 0, 14, 23)],
    ['2026-05-01 08:00', Date.UTC(2026, 4, 1, 6)],
    ['2026-05-01T08:00:30', Date.UTC(2026, 4, 1, 6, 0, 30)],
    ['2026-05-01T08:00:30.5', Date.UTC(2026, 4, 1, 6, 0, 30, 500)],
    ['2026-05-01T08:00:00Z', Date.UTC(2026, 4, 1, 8)],
    ['2026-05-01T08:00-04:30', Date.UTC(2026, 4, 1, 12, 30)],
    // The night in which clocks go ahead, and the one in which they go back.
    ['2026-03-29 04:00', Date.UTC(2026, 2, 29, 2)],
    ['2026-10-25 04:00', Date.UTC(2026, 9, 25, 3)],
  ])('%s', (text, expected) => {
    expect(sinceMs(text, nowMs, berlin)).toBe(expected)
  })

  it.each([
    ...[
      '90',
      '',
      '01.05.2026',
      '2026-02-30',
      '2026-13-01',
      '2026-5-1',
      '2026-05-01 25:00',
      '2026-05-01 08:60',
      'soon',
    ],
    ...[
      '2026-05-01T08:00+25:00',
      '10 m',
      '10w',
      '-5m',
      'May 1 2026',
      '2026/05/01',
      '1746086400000',
      '2026-05-01 8:00',
    ],
  ])('is not "%s"', (text) => {
    expect(() => sinceMs(text, nowMs, { ...berlin, option: '--until' })).toThrow(
      `--until ${text}: give a time`,
    )
  })
})
