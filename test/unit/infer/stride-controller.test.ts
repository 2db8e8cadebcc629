import { describe, expect, it } from 'vitest'
import { createLoadWatch } from '../../../src/infer/load-watch.ts'
import { createStrideController, type LoadSample } from '../../../src/infer/stride-controller.ts'
import { createFakeClock } from './fake-clock.ts'
import { createRecorder } from './sample-clip.ts'

const quiet: LoadSample = { offered: 100, dropped: 0, busyShare: 0.3, waitMs: 5, periodMs: 500 }
const overloaded: LoadSample = { ...quiet, dropped: 50, busyShare: 1 }

describe('stride controller', () => {
  it('does nothing without need', () => {
    const controller = createStrideController()
    for (let n = 0; n < 100; n += 1) expect(controller.observe(quiet)).toBe(1)
    expect(controller.observe({ ...quiet, dropped: 1 })).toBe(1)
    expect(controller.observe({ ...quiet, busyShare: 1 })).toBe(1)
  })

  it('grows with what is dropped, in bounded steps, up to 8', () => {
    const controller = createStrideController()
    expect(controller.observe({ ...quiet, dropped: 2 })).toBeCloseTo(1.05)
    expect(controller.observe({ ...quiet, dropped: 10 })).toBeCloseTo(1.05 * 1.1)
    expect(controller.observe({ ...quiet, dropped: 90 })).toBeCloseTo(1.05 * 1.1 * 1.25)
    for (let n = 0; n < 50; n += 1) controller.observe(overloaded)
    expect(controller.scale).toBe(8)
  })

  it('grows when clips wait longer than a stride', () => {
    const controller = createStrideController()
    expect(controller.observe({ ...quiet, waitMs: 501 })).toBeCloseTo(1.05)
  })

  it('shrinks after a quiet while, in small steps, back to exactly 1', () => {
    const controller = createStrideController()
    controller.observe(overloaded)
    const scales = Array.from({ length: 20 }, () => controller.observe(quiet))
    expect(scales.slice(0, 4)).toEqual([1.25, 1.25, 1.25, 1.25])
    expect(scales[4]).toBeCloseTo(1.25 / 1.05)
    expect(scales[5]).toBe(scales[4])
    expect(scales.at(-1)).toBe(1)
    for (const [n, scale] of scales.slice(1).entries()) expect(scale).toBeLessThanOrEqual(scales[n]!)
  })

  it('stays where it is while shrinking would overload the workers again', () => {
    const controller = createStrideController()
    controller.observe(overloaded)
    for (let n = 0; n < 50; n += 1) controller.observe({ ...quiet, busyShare: 0.78 })
    expect(controller.scale).toBe(1.25)
  })

  it('settles with a model that can take a third of what is offered', () => {
    const controller = createStrideController()
    const capacity = 100
    const scales: number[] = []
    for (let n = 0; n < 300; n += 1) {
      const offered = 300 / controller.scale
      const dropped = Math.max(0, offered - capacity)
      scales.push(
        controller.observe({ ...quiet, offered, dropped, busyShare: Math.min(1, offered / capacity) }),
      )
    }
    const late = scales.slice(100)
    expect(Math.min(...late)).toBeGreaterThan(2.9)
    expect(Math.max(...late)).toBeLessThan(4)
    expect(new Set(late).size).toBe(1)
  })
})

describe('load watch', () => {
  it('looks every two seconds, reports the scale, and says when it changes', async () => {
    const time = createFakeClock()
    const { telemetry, gauges, lines } = createRecorder()
    const watch = createLoadWatch({ model: 'm', clipMs: 500, workers: 1, clock: time.clock, telemetry })
    expect(gauges['vireo_stride_scale m']).toBe(1)
    for (let n = 0; n < 10; n += 1) watch.offered()
    for (let n = 0; n < 5; n += 1) watch.dropped()
    await time.pass(1999)
    expect(watch.scale).toBe(1)
    await time.pass(1)
    expect(watch.scale).toBe(1.25)
    expect(gauges['vireo_stride_scale m']).toBe(1.25)
    expect(lines).toMatchObject([
      { level: 'warn', fields: { model: 'm', scale: 1.25, offered: 10, dropped: 5 } },
    ])
    await time.pass(60_000)
    expect(watch.scale).toBe(1)
    expect(lines.at(-1)).toMatchObject({ level: 'info', fields: { scale: 1, busyShare: 0 } })
    watch.close()
    expect(time.timers).toBe(0)
  })

  it('measures waiting and the busy share of all workers', async () => {
    const time = createFakeClock()
    const { telemetry, lines } = createRecorder()
    const watch = createLoadWatch({ model: 'm', clipMs: 500, workers: 2, clock: time.clock, telemetry })
    for (const runMs of [1000, 600]) watch.ran(runMs)
    watch.waited([900, 700])
    await time.pass(2000)
    expect(lines[0]!.fields).toMatchObject({ busyShare: 0.4, waitMs: 800, periodMs: 500 })
    watch.close()
  })
})
