import { describe, expect, it } from 'vitest'
import { createBodyLog } from '../../../src/skeleton/body-log.ts'
import type { BodyMoment } from '../../../src/skeleton/skeleton-cutter.ts'
import { bodyAt } from './bodies.ts'

const posture = { body: 'standing', handsUp: false, torsoDegrees: 0, sureCount: 17 } as const

/** A moment n tenths of a second in; `bodies`: x of each track, and of when its keypoints are. */
function moment(
  n: number,
  bodies: Record<string, { x: number; of?: number }>,
  more: Partial<BodyMoment> = {},
) {
  const tracks = Object.entries(bodies).map(([id, { x, of = n }]) => {
    const { ptsUs, box, keypoints } = bodyAt(of * 100_000, x)
    return { id, box, state: 'seen' as const, pose: { ptsUs, keypoints: [], found: keypoints, posture } }
  })
  const arrivalMs = 1e6 + n * 100
  return { epoch: 1, ptsUs: n * 100_000, arrivalMs, arrivalMonoMs: n * 100, held: false, tracks, ...more }
}
const shown = (log: ReturnType<typeof createBodyLog>) =>
  log.readings().map(({ trackId, ptsUs, untilUs }) => `${trackId} ${ptsUs / 1000}-${untilUs / 1000}`)

describe('the log of bodies', () => {
  it('keeps each reading once, with the time and arrival of the moment in which it was found', () => {
    const log = createBodyLog({ keepMs: 60_000 })
    log.take(moment(1, { a: { x: 0 }, b: { x: 100 } }))
    log.take(moment(2, { a: { x: 5, of: 1 }, b: { x: 100 } }))
    log.take(moment(4, { a: { x: 9, of: 3 } }))
    expect(shown(log)).toEqual(['a 100-100', 'b 100-100', 'b 200-200', 'a 300-300'])
    expect(log.readings().at(-1)).toMatchObject({ epoch: 1, arrivalMs: 1e6 + 300, box: { xPx: -11 } })
  })

  it('lets a reading stand while nothing moves, until the next one', () => {
    const log = createBodyLog({ keepMs: 60_000 })
    log.take(moment(1, { a: { x: 0 } }))
    for (let n = 2; n < 30; n += 1) log.take(moment(n, { a: { x: 0, of: 1 } }, { held: true }))
    log.take(moment(30, { a: { x: 9, of: 28 } }))
    expect(shown(log)).toEqual(['a 100-2800', 'a 2800-2800'])
  })

  it('begins anew with another connection', () => {
    const log = createBodyLog({ keepMs: 60_000 })
    log.take(moment(9, { a: { x: 0 } }))
    log.take(moment(1, { a: { x: 0 } }, { epoch: 2 }))
    expect(log.readings().map(({ epoch }) => epoch)).toEqual([1, 2])
  })

  it('forgets what is too old and what is too much', () => {
    const log = createBodyLog({ keepMs: 1000, most: 15 })
    for (let n = 0; n < 100; n += 1) log.take(moment(n, { a: { x: 0 } }))
    expect(log.readings().map(({ ptsUs }) => ptsUs / 100_000)).toEqual([
      89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
    ])
    for (let n = 100; n < 110; n += 1) log.take(moment(n, { a: { x: 0 }, b: { x: 0 }, c: { x: 0 } }))
    expect(log.readings()).toHaveLength(15)
  })
})
