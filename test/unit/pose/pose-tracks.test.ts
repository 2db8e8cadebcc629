import { describe, expect, it } from 'vitest'
import type { Track } from '../../../src/core/detection.ts'
import { createPoseTracks, type PoseReading } from '../../../src/pose/pose-tracks.ts'
import { body, leastScores } from './body.ts'

const track = (id: string): Track => ({
  id,
  label: 'person',
  score: 0.9,
  state: 'seen',
  firstPtsUs: 0,
  seenPtsUs: 0,
  box: { xPx: 0, yPx: 0, widthPx: 40, heightPx: 100 },
})
const reading = (trackId: string, ptsUs: number, degrees = 0): PoseReading => ({
  trackId,
  epoch: 1,
  ptsUs,
  leastScores,
  bodyPx: 100,
  keypoints: body({}, { degrees }),
})

describe('poses of tracks', () => {
  it('belong to their track until they are too old', () => {
    const poses = createPoseTracks({ staleUs: 1_000_000 })
    poses.take(reading('a', 0))
    const [a, b] = poses.attach([track('a'), track('b')], 900_000)
    expect(a).toMatchObject({ id: 'a', pose: { ptsUs: 0, posture: { body: 'standing' } } })
    expect(a!.pose!.keypoints).toHaveLength(17)
    expect(b).toEqual(track('b'))
    expect(poses.attach([track('a')], 1_000_001)).toEqual([track('a')])
  })

  it('are smoothed and keep their posture near a limit', () => {
    const poses = createPoseTracks({ staleUs: 1_000_000 })
    for (let n = 0; n < 8; n += 1) poses.take(reading('a', n * 200_000, 85))
    for (let n = 8; n < 12; n += 1) poses.take(reading('a', n * 200_000, 52))
    const [{ pose } = track('a')] = poses.attach([track('a')], 2_300_000)
    expect(pose!.posture).toMatchObject({ body: 'lying' })
    expect(pose!.posture.torsoDegrees).toBeLessThan(60)
  })

  it('leave out answers that came late, and are forgotten with their track and at a reset', () => {
    const poses = createPoseTracks({ staleUs: 1_000_000 })
    poses.take(reading('a', 500_000))
    poses.take(reading('a', 400_000, 90))
    expect(poses.attach([track('a')], 500_000)[0]!.pose!.posture.body).toBe('standing')
    poses.attach([], 500_000)
    expect(poses.attach([track('a')], 500_000)[0]!.pose).toBeUndefined()
    poses.take(reading('a', 600_000))
    poses.reset()
    expect(poses.attach([track('a')], 600_000)[0]!.pose).toBeUndefined()
  })
})
