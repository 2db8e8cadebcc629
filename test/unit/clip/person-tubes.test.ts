import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cropFrame } from '../../../src/clip/crop-frame.ts'
import { createPersonTubes } from '../../../src/clip/person-tubes.ts'
import type { ModelContract } from '../../../src/core/bundle.ts'
import type { Clip } from '../../../src/core/clip.ts'
import type { Frame, GatedFrame } from '../../../src/core/frame.ts'
import { createRecorder } from '../infer/sample-clip.ts'

const [widthPx, heightPx] = [64, 36]
const fps = 8
const model: ModelContract = {
  name: 'm',
  version: '1.0.0',
  kind: 'clip',
  frames: 4,
  sampleFps: fps,
  strideFrames: 2,
  widthPx: 8,
  heightPx: 16,
  labels: ['a'],
}

/** Red grows to the right, green downwards. */
function frameAt(n: number, epoch = 1): GatedFrame {
  const data = new Uint8Array(widthPx * heightPx * 3)
  for (let at = 0; at < widthPx * heightPx; at += 1) {
    data[at * 3] = (at % widthPx) * 3
    data[at * 3 + 1] = Math.floor(at / widthPx) * 6
  }
  const ms = (n * 1000) / fps
  const frame: Frame = {
    cameraId: 'c',
    epoch,
    seq: n,
    ptsUs: ms * 1000,
    arrivalMs: ms,
    arrivalMonoMs: ms,
    widthPx,
    heightPx,
    data,
  }
  return { frame, motion: 1, active: true }
}
const trackAt = (n: number, ids = ['1']) => ({
  epoch: 1,
  ptsUs: (n * 1e6) / fps,
  area: { widthPx: 128, heightPx: 72 },
  tracks: ids.map((id) => ({
    id,
    label: 'person',
    score: 0.9,
    state: 'seen' as const,
    firstPtsUs: 0,
    seenPtsUs: 0,
    box: { xPx: 20 + n * 2, yPx: 20, widthPx: 10, heightPx: 24 },
  })),
})
const create = () => {
  const recorder = createRecorder()
  return {
    ...recorder,
    tubes: createPersonTubes({ model, strideScale: () => 1, telemetry: recorder.telemetry }),
  }
}

describe('clips cut around people', () => {
  it('have the model size, the id of the track, and follow it', () => {
    const { tubes } = create()
    const clips: Clip[] = []
    for (let n = 0; n < 12; n += 1) clips.push(...tubes.frame(frameAt(n)), ...tubes.tracks(trackAt(n)))
    expect(clips.map(({ trackId, frames }) => [trackId, frames.length])).toEqual(new Array(5).fill(['1', 4]))
    expect(clips[0]!.frames[0]).toMatchObject({ widthPx: 8, heightPx: 16 })
    const reds = clips.map(({ frames }) => frames.at(-1)!.data[(8 * 8 + 4) * 3]!)
    expect(reds).toEqual([...reds].sort((a, b) => a - b))
    expect(reds.at(-1)! - reds[0]!).toBeGreaterThan(12)
  })

  it('do not depend on when the tracks of a frame become known', () => {
    const play = (delays: readonly number[]) => {
      const { tubes } = create()
      const clips: Clip[] = []
      let known = 0
      for (let n = 0; n < 16; n += 1) {
        clips.push(...tubes.frame(frameAt(n)))
        for (; known <= n - (delays[n] ?? 0); known += 1) clips.push(...tubes.tracks(trackAt(known)))
      }
      for (; known < 16; known += 1) clips.push(...tubes.tracks(trackAt(known)))
      return clips.map(({ frames, lastPtsUs }) => [lastPtsUs, ...frames.map(({ data }) => data.join())])
    }
    const usual = play([])
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 16, maxLength: 16 }), (delays) => {
        expect(play(delays)).toEqual(usual)
      }),
      { numRuns: 20 },
    )
  })

  it('are of at most 16 people, and a frame does not wait for tracks for ever; both is counted', () => {
    const { tubes, drops } = create()
    tubes.frame(frameAt(0))
    tubes.tracks(
      trackAt(
        0,
        Array.from({ length: 20 }, (_, id) => `${id}`),
      ),
    )
    expect(drops.too_many_tracks).toBe(4)
    for (let n = 1; n < 40; n += 1) tubes.frame(frameAt(n))
    expect(drops.no_tracks).toBeGreaterThan(10)
  })

  it('never mix two connections', () => {
    const { tubes, drops } = create()
    for (let n = 0; n < 3; n += 1) tubes.frame(frameAt(n))
    tubes.tracks(trackAt(1))
    const later = { ...trackAt(1), epoch: 2 }
    tubes.frame(frameAt(1, 2))
    expect(tubes.tracks(later)).toEqual([])
    expect(drops.reconnect).toBe(1)
  })
})

describe('crop of a frame', () => {
  it('gives the same pixels for the same size, and repeats the border beyond it', () => {
    const { frame } = frameAt(0)
    const whole = { xPx: 0, yPx: 0, widthPx, heightPx }
    expect(cropFrame(frame, whole, { widthPx, heightPx }).data).toEqual(frame.data)
    const beside = cropFrame(
      frame,
      { xPx: -40, yPx: -40, widthPx: 20, heightPx: 20 },
      { widthPx: 4, heightPx: 4 },
    )
    expect([...new Set(beside.data)]).toEqual([0])
  })
})
