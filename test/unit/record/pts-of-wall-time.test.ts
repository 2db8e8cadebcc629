import { describe, expect, it } from 'vitest'
import { createPtsOfWallTime } from '../../../src/record/pts-of-wall-time.ts'
import { initFragment, mediaFragment } from './sample-fragments.ts'

/** Fragment n ends at (n + 1) · 200 ms of its clock, and cannot arrive before the wall clock shows 10,000 more. */
const arrived = (index: number, lateMs: number, epoch = 1) =>
  mediaFragment(index, { epoch, arrivalMs: 10_000 + (index + 1) * 200 + lateMs })

describe('PTS of wall time', () => {
  it('knows nothing before the first fragment', () => {
    const clock = createPtsOfWallTime()
    clock.observe(initFragment())
    expect(clock.at(10_000)).toBeNull()
  })

  it('takes the least delay as the truth, whatever jitter there is', () => {
    const clock = createPtsOfWallTime()
    ;[120, 30, 400, 5, 90].forEach((lateMs, index) => {
      clock.observe(arrived(index, lateMs))
    })
    expect(clock.at(10_605)).toEqual({ epoch: 1, ptsUs: 600_000 })
  })

  it('forgets the clock of an earlier connection, and delays of long ago', () => {
    const clock = createPtsOfWallTime()
    clock.observe(arrived(0, 0, 1))
    clock.observe(arrived(0, 50, 2))
    expect(clock.at(10_050)).toEqual({ epoch: 2, ptsUs: 0 })
    for (let index = 1; index <= 64; index += 1) clock.observe(arrived(index, 70, 2))
    expect(clock.at(10_070)).toEqual({ epoch: 2, ptsUs: 0 })
  })
})
