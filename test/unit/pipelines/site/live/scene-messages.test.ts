import { describe, expect, it } from 'vitest'
import { createSceneMessages } from '../../../../../pipelines/site/live/scene-messages.ts'
import type { Scores } from '../../../../../src/core/clip.ts'
import type { Track } from '../../../../../src/core/detection.ts'

const scores = (part: Partial<Scores>): Scores => ({
  cameraId: 'gate',
  epoch: 1,
  modelName: 'actions',
  modelVersion: '1',
  labels: ['falling', 'walking', 'normal'],
  values: new Float32Array([0.7, 0.2, 0.05]),
  firstPtsUs: 0,
  lastPtsUs: 1_000_000,
  firstArrivalMs: 0,
  lastArrivalMs: 1000,
  lastArrivalMonoMs: 0,
  ...part,
})
const person: Track = {
  id: 'x-1',
  label: 'person',
  box: { xPx: 64, yPx: 36, widthPx: 32, heightPx: 18 },
  score: 0.912,
  state: 'seen',
  firstPtsUs: 0,
  seenPtsUs: 0,
  pose: {
    ptsUs: 0,
    keypoints: [{ xPx: 160, yPx: 90, score: 0.5 }],
    found: [],
    posture: { body: 'lying', handsUp: true, torsoDegrees: 80, sureCount: 1 },
  },
}
const moment = (tracks: readonly Track[], arrivalMs = 1000) => ({
  epoch: 1,
  ptsUs: 1_000_000,
  arrivalMs,
  arrivalMonoMs: 0,
  held: false,
  area: { widthPx: 320, heightPx: 180 },
  tracks,
})

describe('what is told of a moment', () => {
  it('has boxes and bodies in shares of the picture, with what models said of each track', () => {
    const messages = createSceneMessages({ cameraId: 'gate', tracked: true })
    expect(messages.scores(scores({ trackId: 'x-1' }))).toBeNull()
    expect(messages.moment(moment([person]))).toEqual({
      type: 'scene',
      camera: 'gate',
      epoch: 1,
      ptsUs: 1_000_000,
      atMs: 1000,
      scores: [],
      tracks: [
        {
          id: 'x-1',
          label: 'person',
          score: 0.91,
          seen: true,
          box: [0.2, 0.2, 0.1, 0.1],
          posture: 'lying, hands-up',
          body: [[0.5, 0.5, 0.5]],
          actions: [
            { model: 'actions', label: 'falling', score: 0.7 },
            { model: 'actions', label: 'walking', score: 0.2 },
          ],
        },
      ],
    })
  })

  it('leaves out what was said long ago, and what is not likely', () => {
    const messages = createSceneMessages({ cameraId: 'gate', tracked: true })
    messages.scores(scores({}))
    expect(messages.moment(moment([person], 4900))!.scores.map(({ label }) => label)).toEqual([
      'falling',
      'walking',
    ])
    expect(messages.moment(moment([person], 5100))!.scores).toEqual([])
  })

  it('says once that there is nothing any more', () => {
    const messages = createSceneMessages({ cameraId: 'gate', tracked: true })
    const told = [moment([]), moment([]), moment([person]), moment([]), moment([])].map((each) =>
      messages.moment(each),
    )
    expect(told.map((each) => each?.tracks.length ?? null)).toEqual([0, null, 1, 0, null])
  })

  it('tells scores as they come where nobody is followed', () => {
    const messages = createSceneMessages({ cameraId: 'gate', tracked: false })
    expect(messages.scores(scores({}))).toMatchObject({ ptsUs: 1_000_000, atMs: 1000, tracks: [] })
  })
})
