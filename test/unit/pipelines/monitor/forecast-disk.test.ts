import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecastDisk } from '../../../../pipelines/monitor/forecast-disk.ts'

const gb = 1e9
const camera = (presentGb: number, gbPerDay: number, limitGb = 1e6, keepDays = 30) => ({
  presentBytes: presentGb * gb,
  bytesPerDay: gbPerDay * gb,
  limitBytes: limitGb * gb,
  keepDays,
})
const forecast = (freeGb: number, ...cameras: ReturnType<typeof camera>[]) =>
  forecastDisk({ freeBytes: freeGb * gb, reserveBytes: gb, cameras })

describe('how long the disk lasts', () => {
  it('counts the days until the room above the reserve is used up', () => {
    expect(forecast(101, camera(0, 10)).fullInDays).toBeCloseTo(10, 1)
    expect(forecast(101, camera(0, 5), camera(0, 5)).fullInDays).toBeCloseTo(10, 1)
    expect(forecast(0.5, camera(0, 10)).fullInDays).toBe(0)
  })

  it('is never full where retention removes enough before', () => {
    const kept = forecast(1000, camera(0, 10, 1e6, 7))
    expect(kept).toMatchObject({ fullInDays: null, retentionInDays: 7, steadyBytes: 70 * gb })
    expect(forecast(1000, camera(0, 10, 40)).retentionInDays).toBe(4)
    expect(forecast(1000, camera(50, 10, 40)).retentionInDays).toBe(0)
  })

  it('goes on with those that still grow when others have all that they may keep', () => {
    // One stops after 2 days at 20 GB; the other alone fills what is left.
    expect(forecast(81, camera(0, 10, 20), camera(0, 10)).fullInDays).toBeCloseTo(6, 1)
  })

  it('knows no end where nothing is recorded', () => {
    expect(forecast(100, camera(10, 0))).toMatchObject({ fullInDays: null, retentionInDays: null })
    expect(forecast(100)).toMatchObject({ fullInDays: null, steadyBytes: 0 })
  })

  it('never lasts longer with less room', () => {
    const sizes = fc.record({
      present: fc.nat(100),
      rate: fc.nat(50),
      limit: fc.nat(500),
      days: fc.integer({ min: 1, max: 60 }),
    })
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 5 }), fc.nat(1000), fc.nat(1000), (list, a, b) => {
        const cameras = list.map(({ present, rate, limit, days }) => camera(present, rate, limit, days))
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map(
          (free) => forecast(free, ...cameras).fullInDays ?? Infinity,
        )
        expect(less!).toBeLessThanOrEqual(more! + 0.02)
      }),
    )
  })
})
