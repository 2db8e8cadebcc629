import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createHealthWatch } from '../../../../pipelines/monitor/health-watch.ts'
import { createSeriesRing } from '../../../../pipelines/monitor/series-ring.ts'
import { createTelemetry } from '../../../../src/telemetry/create-telemetry.ts'

function start() {
  const telemetry = createTelemetry({ level: 'silent' })
  const timers: (() => void)[] = []
  const time = { ms: 0 }
  const clock = {
    nowMs: () => 1e12 + time.ms,
    monoMs: () => time.ms,
    after(_delayMs: number, fn: () => void) {
      timers.push(fn)
      return () => {}
    },
  }
  const machine = {
    cores: 2,
    busy: 0.5,
    processCores: 0.25,
    rssBytes: 1e8,
    memoryBytes: 4e9,
    memoryFreeBytes: 1e9,
    delayP95Ms: 1,
  }
  const load = { take: () => machine, close() {} }
  const watch = createHealthWatch({ telemetry, clock, load })
  const point = async () => {
    for (let n = 0; n < 5; n += 1) await turn()
    time.ms += 10_000
    timers.shift()?.()
    for (let n = 0; n < 5; n += 1) await turn()
  }
  return { telemetry, watch, point }
}

describe('the last hour', () => {
  it('tells rates of cameras and of all, and what was dropped in the last minute', async () => {
    const { telemetry, watch, point } = start()
    await point()
    telemetry.count('vireo_frames_total', { camera: 'gate' }, 50)
    telemetry.count('vireo_frames_total', { camera: 'yard' }, 30)
    telemetry.count('vireo_drops_total', { stage: 'clip', reason: 'gap', camera: 'gate' }, 3)
    await point()
    expect(watch.rate('frames', 'gate')).toBe(5)
    expect(watch.rate('frames', 'nobody')).toBeNull()
    expect(watch.lastMinute('clip gap gate')).toBe(3)
    const { values } = watch.series()
    expect(values.frames!.at(-1)).toBe(8)
    expect(values.drops!.at(-1)).toBe(18)
    expect(values.busy!.at(-1)).toBe(0.5)
    expect(watch.series('yard').values.frames!.at(-1)).toBe(3)
    for (let n = 0; n < 7; n += 1) await point()
    expect(watch.lastMinute('clip gap gate')).toBe(0)
    watch.close()
  })
})

describe('a ring of series', () => {
  it('keeps so many points, with holes where there was none, and forgets what is told no more', () => {
    const ring = createSeriesRing(3, 2)
    ring.take(new Map([['a', 1]]))
    ring.take(new Map([['b', 2]]))
    expect(ring.read('a')).toEqual([1, null])
    expect(ring.read('b')).toEqual([null, 2])
    // There is no room for a third name.
    ring.take(
      new Map([
        ['b', 3],
        ['c', 9],
      ]),
    )
    expect(ring.latest('c')).toBeNull()
    ring.take(new Map([['b', 4]]))
    expect(ring.read('b')).toEqual([2, 3, 4])
    expect(ring.size).toBe(1)
    ring.take(new Map([['c', 5]]))
    expect(ring.latest('c')).toBe(5)
  })
})
