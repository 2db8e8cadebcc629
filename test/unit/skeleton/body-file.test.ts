import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BodyFile,
  decodeBodies,
  encodeBodies,
  standingReadings,
} from '../../../src/skeleton/body-file.ts'
import { skeletonWindow } from '../../../src/skeleton/skeleton-window.ts'
import { anyReadings, bodyAt, times } from './bodies.ts'

const head = {
  alertId: 'a1',
  cameraId: 'gate',
  picture: { widthPx: 640, heightPx: 360 },
  trackIds: ['t1'],
  fromUs: 5_000_000,
  toUs: 7_500_000,
}

describe('keypoints beside a clip', () => {
  it('come back as they were, to a tenth of a pixel and a thousandth of a score', () => {
    fc.assert(
      fc.property(anyReadings, fc.nat(2_000_000), (readings, standsUs) => {
        const held = readings.map((reading) => ({ ...reading, untilUs: reading.ptsUs + standsUs }))
        const file: BodyFile = { ...head, tracks: [{ id: 't1', readings: held }] }
        const back = decodeBodies(encodeBodies(file))!
        expect({ ...back, tracks: [] }).toEqual({ ...file, tracks: [] })
        const worst = back.tracks[0]!.readings.map((reading, n) => {
          const was = held[n]!
          const points = reading.keypoints.flatMap((point, k) => [
            Math.abs(point.xPx - was.keypoints[k]!.xPx),
            Math.abs(point.yPx - was.keypoints[k]!.yPx),
            100 * Math.abs(point.score - was.keypoints[k]!.score),
          ])
          expect([reading.ptsUs, reading.untilUs]).toEqual([was.ptsUs, was.untilUs])
          return Math.max(...points, Math.abs(reading.box.widthPx - was.box.widthPx))
        })
        expect(Math.max(0, ...worst)).toBeLessThan(0.0501)
      }),
    )
  })

  it('make the windows that were made live', () => {
    const live = times(30, 100_000).map((ptsUs) => bodyAt(ptsUs, ptsUs / 10_000))
    const file = {
      ...head,
      tracks: [{ id: 't1', readings: live.map((one) => ({ ...one, untilUs: one.ptsUs })) }],
    }
    const [track] = decodeBodies(encodeBodies(file))!.tracks
    const span = { endPtsUs: 2_000_000, frames: 20, sampleFps: 10 }
    expect(skeletonWindow(standingReadings(track!.readings), [], span)).toEqual(
      skeletonWindow(live, [], span),
    )
  })

  it('stand every tenth of a second while they stood', () => {
    const held = [{ ...bodyAt(0, 7), untilUs: 250_000 }]
    expect(standingReadings(held).map(({ ptsUs }) => ptsUs)).toEqual([0, 100_000, 200_000])
    expect(standingReadings(held)[2]).toEqual({ ...bodyAt(0, 7), ptsUs: 200_000 })
  })

  it.each([
    ['no JSON', 'x'],
    ['another version', '{"formatVersion":2}'],
    [
      'a row that is too short',
      encodeBodies({ ...head, tracks: [] }).replace('[]}', '[{"id":"a","readings":[[1,2]]}]}'),
    ],
  ])('are none in %s', (_, text) => {
    expect(decodeBodies(text)).toBeNull()
  })
})
