import { describe, expect, it } from 'vitest'
import { localDay, localTime, utcOffsetMs, zoneName } from '../../../../src/record/digest/local-time.ts'

const hour = 3_600_000

describe('local time', () => {
  it.each([
    ['Europe/Berlin', '2026-05-01', Date.UTC(2026, 3, 30, 22), 24],
    ['Europe/Berlin', '2026-03-29', Date.UTC(2026, 2, 28, 23), 23],
    ['Europe/Berlin', '2026-10-25', Date.UTC(2026, 9, 24, 22), 25],
    ['America/New_York', '2026-11-01', Date.UTC(2026, 10, 1, 4), 25],
    ['Asia/Kolkata', '2026-01-01', Date.UTC(2025, 11, 31, 18, 30), 24],
    ['Pacific/Auckland', '2026-09-27', Date.UTC(2026, 8, 26, 12), 23],
    ['UTC', '2024-02-29', Date.UTC(2024, 1, 29), 24],
  ])('%s %s begins when it begins there, and has its hours', (zone, day, fromMs, hours) => {
    expect(localDay(zone, day)).toEqual({ fromMs, toMs: fromMs + hours * hour })
  })

  it.each(['2026-02-30', '2026-5-1', 'today', '2026-13-01', ''])('%s is no day', (day) => {
    expect(localDay('UTC', day)).toBeNull()
  })

  it('shows what the clocks there show', () => {
    const atMs = Date.UTC(2026, 4, 1, 22, 30, 15, 700)
    expect(localTime('Europe/Berlin', atMs)).toBe('2026-05-02 00:30:15')
    expect(zoneName('Europe/Berlin', atMs)).toBe('CEST')
    expect(utcOffsetMs('America/New_York', atMs)).toBe(-4 * hour)
    expect(utcOffsetMs('UTC', -1)).toBe(0)
  })
})
