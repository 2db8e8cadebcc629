import { describe, expect, it } from 'vitest'
import type { Clip } from '../../../src/core/clip.ts'
import type { Pose } from '../../../src/core/pose.ts'
import type { BodyReading } from '../../../src/skeleton/body-reading.ts'
import { type BodyMoment, createSkeletonCutter } from '../../../src/skeleton/skeleton-cutter.ts'
import { skeletonWindow } from '../../../src/skeleton/skeleton-window.ts'
import { createRecorder } from '../infer/sample-clip.ts'
import { bodyAt, second } from './bodies.ts'

const model = { name: 'actions', frames: 20, sampleFps: 10, strideFrames: 5 }
const posture = { body: 'standing', handsUp: false, torsoDegrees: 0, sureCount: 17 } as const

const poseOf = ({ ptsUs, keypoints }: BodyReading): Pose => ({
  ptsUs,
  keypoints: [],
  found: keypoints,
  posture,
})

/** A track with what was found of it; `found: null`: nothing yet. */
function track(id: string, x: number, { ptsUs, found = ptsUs }: { ptsUs: number; found?: number | null }) {
  const reading = bodyAt(found ?? ptsUs, x)
  return { id, box: reading.box, state: 'seen' as const, ...(found !== null && { pose: poseOf(reading) }) }
}

const moment = (ptsUs: number, tracks: BodyMoment['tracks'], more: Partial<BodyMoment> = {}): BodyMoment => ({
  epoch: 1,
  ptsUs,
  arrivalMs: 1e6 + ptsUs / 1000,
  arrivalMonoMs: ptsUs / 1000,
  held: false,
  tracks,
  ...more,
})

function create(strideScale = () => 1) {
  const { telemetry, drops, counts } = createRecorder()
  const cutter = createSkeletonCutter({ cameraId: 'gate', model, strideScale, telemetry })
  const clips: Clip[] = []
  const take = (given: BodyMoment) => {
    const made = cutter.take(given)
    clips.push(...made)
    return made
  }
  return { take, clips, drops, counts }
}
const ends = (clips: readonly Clip[]) => clips.map(({ lastPtsUs }) => lastPtsUs / 1000)
const numbers = ({ bodies }: Clip) => new Float32Array(bodies!.buffer)

describe('windows of the bodies of a camera', () => {
  it('begin when three tenths of a window were seen, and come once a stride', () => {
    const { take, clips, counts } = create()
    for (let n = 0; n < 30; n += 1) take(moment(n * 100_000, [track('a', n, { ptsUs: n * 100_000 })]))
    expect(ends(clips)).toEqual([600, 1100, 1600, 2100, 2600])
    expect(counts).toEqual({ vireo_clips_total: 5 })
  })

  it('hold what the resampler makes of the readings that were found, and the times of their ends', () => {
    const { take, clips } = create()
    const readings = Array.from({ length: 22 }, (_, n) => bodyAt(n * 100_000, n * 3))
    for (const reading of readings)
      take(moment(reading.ptsUs, [{ id: 'a', box: reading.box, state: 'seen', pose: poseOf(reading) }]))
    const last = clips.at(-1)!
    expect(numbers(last)).toEqual(skeletonWindow(readings, [], { ...model, endPtsUs: 2.1 * second }))
    expect(last).toMatchObject({
      cameraId: 'gate',
      epoch: 1,
      modelName: 'actions',
      trackId: 'a',
      frames: [],
      firstPtsUs: 200_000,
      lastPtsUs: 2.1 * second,
      firstArrivalMs: 1e6 + 200,
      lastArrivalMs: 1e6 + 2100,
      lastArrivalMonoMs: 2100,
    })
    expect(clips[0]).toMatchObject({ firstPtsUs: 0, lastPtsUs: 600_000 })
  })

  it('keep their stride at irregular rates, and lengthen it when inference is busy', () => {
    const irregular = create()
    for (let n = 0; n < 16 * 15; n += 1) {
      const ptsUs = n * 66_667 + (n % 3) * 9000
      irregular.take(moment(ptsUs, [track('a', 0, { ptsUs })]))
    }
    expect(irregular.clips).toHaveLength(31)
    const slow = create()
    for (let n = 0; n < 16 * 5; n += 1)
      slow.take(moment(n * 200_000, [track('a', 0, { ptsUs: n * 200_000 })]))
    expect(slow.clips).toHaveLength(31)
    const busy = create(() => 2)
    for (let n = 0; n < 31; n += 1) busy.take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000 })]))
    expect(ends(busy.clips)).toEqual([600, 1600, 2600])
  })

  it('show each person with whoever is nearest at the same moment', () => {
    const { take, clips } = create()
    for (let n = 0; n < 11; n += 1) {
      const ptsUs = n * 100_000
      take(moment(ptsUs, [track('a', 0, { ptsUs }), track('b', 100, { ptsUs }), track('c', 900, { ptsUs })]))
    }
    expect(clips.map(({ trackId }) => trackId)).toEqual(['a', 'b', 'c'])
    const partner = (clip: Clip) => numbers(clip)[19 * 102 + 51]
    expect(clips.map(partner)).toEqual([92, -8, 0])
  })

  it('take keypoints that come late for the moment in which they were found, each once', () => {
    const { take, clips } = create()
    for (let n = 0; n < 40; n += 1) {
      const ptsUs = n * 100_000
      const found = Math.floor((n - 2) / 2) * 200_000
      take(moment(ptsUs, [track('a', found, { ptsUs, found: n < 2 ? null : found })]))
    }
    expect(ends(clips)).toEqual([600, 1200, 1600, 2200, 2600, 3200, 3600])
    // Each begins where it should, although the readings come late.
    expect(clips.map(({ firstPtsUs }) => firstPtsUs / 1000)).toEqual([0, 0, 0, 300, 700, 1300, 1700])
    const first = numbers(clips[4]!)[0]!
    expect(first).toBeCloseTo(700_000 - 8, 0)
  })

  it('hold who is not looked at because nothing moves, and end only with what was found', () => {
    const { take, clips } = create()
    for (let n = 0; n < 11; n += 1) take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000 })]))
    for (let n = 11; n < 60; n += 1)
      take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000, found: second })], { held: true }))
    expect(ends(clips)).toEqual([600])
    take(moment(6 * second, [track('a', 100, { ptsUs: 6 * second })]))
    expect(ends(clips)).toEqual([600, 6000])
    const x = (frame: number) => numbers(clips[1]!)[frame * 102]
    expect([x(0), x(18), x(19)]).toEqual([-8, -8, 92])
  })

  it('begin anew after a gap in which they were looked for and not found', () => {
    const { take, clips } = create()
    for (let n = 0; n < 16; n += 1) take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000 })]))
    const hidden = { ...track('a', 0, { ptsUs: 0, found: 1.5 * second }), state: 'lost' as const }
    for (let n = 16; n < 30; n += 1) take(moment(n * 100_000, [hidden]))
    for (let n = 30; n < 42; n += 1) take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000 })]))
    expect(ends(clips)).toEqual([600, 1100, 3600, 4100])
  })

  it.each([
    ['a reconnect', { epoch: 2 }],
    ['time that goes back', {}],
  ])('begin anew after %s', (_, more) => {
    const { take, clips } = create()
    for (let n = 0; n < 16; n += 1) take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000 })]))
    for (let n = 0; n < 12; n += 1) {
      const made = take(moment(n * 100_000, [track('a', 500, { ptsUs: n * 100_000 })], more))
      if (n < 6) expect(made).toEqual([])
    }
    expect(ends(clips)).toEqual([600, 1100, 600, 1100])
    expect(Math.min(...numbers(clips[2]!).filter((_, at) => at % 51 === 0 && at % 102 === 0))).toBe(492)
  })

  it('forget a track that is gone', () => {
    const { take, clips } = create()
    for (let n = 0; n < 6; n += 1) take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000 })]))
    take(moment(600_000, []))
    for (let n = 10; n < 15; n += 1) take(moment(n * 100_000, [track('a', 0, { ptsUs: n * 100_000 })]))
    expect(clips).toEqual([])
  })

  it('look at so many people at most, and count who is left out', () => {
    const { take, clips, drops } = create()
    for (let n = 0; n < 11; n += 1)
      take(
        moment(
          n * 100_000,
          Array.from({ length: 40 }, (_, id) => track(`${id}`, id * 1000, { ptsUs: n * 100_000 })),
        ),
      )
    expect(clips).toHaveLength(32)
    expect(drops).toEqual({ too_many_tracks: 8 * 11 })
  })
})
