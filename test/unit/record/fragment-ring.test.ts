import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fragment } from '../../../src/core/frame.ts'
import { createFragmentRing } from '../../../src/record/fragment-ring.ts'
import { countingTelemetry, fragmentUs, initFragment, mediaFragment } from './sample-fragments.ts'

function ringOf(options: { keepMs?: number; maxBytes?: number } = {}) {
  const counted = countingTelemetry()
  const { keepMs = 2000, maxBytes = 1e6 } = options
  return {
    ...counted,
    ring: createFragmentRing({ cameraId: 'gate', keepMs, maxBytes, telemetry: counted.telemetry }),
  }
}

const times = (fragments: readonly Fragment[]) => fragments.slice(1).map(({ ptsUs }) => ptsUs / fragmentUs)

describe('fragment ring', () => {
  it('has nothing before the init segment and only that before a keyframe', () => {
    const { ring, drops } = ringOf()
    expect(ring.push(mediaFragment(0))).toBe('dropped')
    expect(ring.since(0)).toEqual([])
    const init = initFragment()
    expect(ring.push(init)).toBe('started')
    expect(ring.push(mediaFragment(1))).toBe('dropped')
    expect(ring.since(0)).toEqual([init])
    expect(drops).toEqual({ no_init: 1, no_keyframe: 1 })
  })

  it('gives the media from the last keyframe at or before a time', () => {
    const { ring } = ringOf()
    ring.push(initFragment())
    for (let index = 0; index < 13; index += 1) ring.push(mediaFragment(index))
    expect(times(ring.since(9 * fragmentUs))).toEqual([5, 6, 7, 8, 9, 10, 11, 12])
    expect(times(ring.since(10 * fragmentUs))).toEqual([10, 11, 12])
    expect(times(ring.since(10 * fragmentUs - 1))[0]).toBe(5)
    expect(times(ring.since(-1))[0]).toBe(0)
  })

  it('lets go of a group only when the next one reaches back far enough', () => {
    const { ring, drops } = ringOf({ keepMs: 2000 })
    ring.push(initFragment())
    for (let index = 0; index < 14; index += 1) ring.push(mediaFragment(index))
    expect(times(ring.since(0))[0]).toBe(0)
    ring.push(mediaFragment(14))
    expect(times(ring.since(0))[0]).toBe(5)
    expect(drops).toEqual({})
  })

  it('evicts the oldest group when there are too many bytes, and counts its fragments', () => {
    const { ring, drops } = ringOf({ maxBytes: 700 })
    ring.push(initFragment())
    for (let index = 0; index < 8; index += 1) ring.push(mediaFragment(index))
    expect(times(ring.since(0))).toEqual([5, 6, 7])
    expect(ring.bytes).toBe(300)
    expect(drops).toEqual({ ring_bytes: 5 })
  })

  it('gives up a group that alone is too big, until the next keyframe', () => {
    const { ring, drops } = ringOf({ maxBytes: 250 })
    ring.push(initFragment())
    for (let index = 0; index < 5; index += 1) ring.push(mediaFragment(index))
    expect(ring.since(0)).toHaveLength(1)
    expect(drops).toEqual({ ring_bytes: 3, no_keyframe: 2 })
    expect(ring.push(mediaFragment(5))).toBe('kept')
    expect(times(ring.since(0))).toEqual([5])
  })

  it.each([
    ['a new connection', initFragment({ epoch: 2 })],
    ['another init segment', initFragment({ data: Buffer.from('1080p') })],
  ])('starts anew with %s', (_name, init) => {
    const { ring, drops } = ringOf()
    ring.push(initFragment())
    ring.push(mediaFragment(0))
    expect(ring.push(initFragment())).toBe('kept')
    expect(ring.push(init)).toBe('started')
    expect(ring.since(0)).toEqual([init])
    expect([ring.epoch, ring.bytes]).toEqual([init.epoch, 0])
    if (init.epoch === 2) expect(ring.push(mediaFragment(5))).toBe('dropped')
    else expect(ring.push(mediaFragment(5))).toBe('kept')
    expect(drops).toEqual(init.epoch === 2 ? { no_init: 1 } : {})
  })

  it('starts anew at a keyframe when time runs backwards', () => {
    const { ring } = ringOf()
    ring.push(initFragment())
    for (let index = 20; index < 23; index += 1) ring.push(mediaFragment(index))
    ring.push(mediaFragment(3))
    ring.push(mediaFragment(5))
    expect(times(ring.since(1e12))).toEqual([5])
  })

  it('holds whole groups, within its bytes, reaching back as far as asked, whatever comes', () => {
    const step = fc.record({
      keyframe: fc.boolean(),
      durationUs: fc.integer({ min: 1, max: 400_000 }),
      size: fc.integer({ min: 1, max: 400 }),
      gapUs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 5_000_000 })),
    })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.integer({ min: 1, max: 8000 }),
        fc.integer({ min: 100, max: 9000 }),
        fc.nat(20_000_000),
        (steps, keepMs, maxBytes, askedUs) => {
          const { ring, drops } = ringOf({ keepMs, maxBytes })
          ring.push(initFragment())
          const pushed: Fragment[] = []
          let ptsUs = 0
          for (const { keyframe, durationUs, size, gapUs } of steps) {
            ptsUs += gapUs
            pushed.push(mediaFragment(0, { keyframe, ptsUs, durationUs, data: Buffer.alloc(size) }))
            ring.push(pushed.at(-1)!)
            ptsUs += durationUs
          }
          const held = ring.since(Number.NEGATIVE_INFINITY).slice(1)
          expect(ring.bytes).toBe(held.reduce((sum, { data }) => sum + data.length, 0))
          expect(ring.bytes).toBeLessThanOrEqual(maxBytes)
          if (held.length > 0) {
            expect(held[0]!.keyframe).toBe(true)
            expect(held).toEqual(pushed.slice(-held.length))
            // One group less would not reach back far enough.
            const second = held.slice(1).find(({ keyframe }) => keyframe)
            if (second) expect(second.ptsUs).toBeGreaterThan(ptsUs - keepMs * 1000)
          }
          if (!drops.ring_bytes && held.length < pushed.length && held.length > 0)
            expect(held[0]!.ptsUs <= ptsUs - keepMs * 1000 || drops.no_keyframe).toBeTruthy()
          const since = ring.since(askedUs).slice(1)
          const best = held.filter((f) => f.keyframe && f.ptsUs <= askedUs).at(-1) ?? held[0]
          expect(since[0]).toBe(best)
          expect(since.at(-1)).toBe(held.at(-1))
        },
      ),
    )
  })
})
