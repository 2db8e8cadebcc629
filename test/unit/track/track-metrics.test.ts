import { describe, expect, it } from 'vitest'
import { measureTracks, type TrackedFrame } from '../../support/track-metrics.ts'

/** Boxes of 10 × 10 at these places along a line, by id. */
const at = (places: Record<string, number>) =>
  Object.entries(places).map(([id, xPx]) => ({ id, box: { xPx, yPx: 0, widthPx: 10, heightPx: 10 } }))
const frame = (truth: Record<string, number>, tracks: Record<string, number>): TrackedFrame => ({
  truth: at(truth),
  tracks: at(tracks),
})

describe('measures of tracking', () => {
  it('are 1 for tracks that are the truth, and for an empty scene', () => {
    const frames = [frame({ a: 0, b: 50 }, { 1: 0, 2: 50 }), frame({ a: 5, b: 55 }, { 1: 5, 2: 55 })]
    expect(measureTracks(frames)).toMatchObject({ mota: 1, idf1: 1, switches: 0 })
    expect(measureTracks([])).toMatchObject({ mota: 1, idf1: 1, boxes: 0 })
  })

  // Five frames of one person: missed once, and from the fourth on under another track; one false box beside.
  it('count misses, false boxes and switches as worked out by hand', () => {
    const frames = [
      frame({ a: 0 }, { 1: 0 }),
      frame({ a: 0 }, { 1: 2 }),
      frame({ a: 0 }, {}),
      frame({ a: 0 }, { 2: 0, 9: 80 }),
      frame({ a: 0 }, { 2: 0 }),
    ]
    expect(measureTracks(frames)).toEqual({
      boxes: 5,
      misses: 1,
      falseBoxes: 1,
      switches: 1,
      mota: 1 - 3 / 5,
      idf1: (2 * 2) / (5 + 5),
    })
  })

  // Two people whose tracks are exchanged half way: 2 switches of 8 boxes, half of the boxes keep their identity.
  it('tell an exchange of identities by IDF1 more than by MOTA', () => {
    const swap = (n: number) => (n < 2 ? { 1: 0, 2: 50 } : { 2: 0, 1: 50 })
    const frames = [0, 1, 2, 3].map((n) => frame({ a: 0, b: 50 }, swap(n)))
    expect(measureTracks(frames)).toMatchObject({ switches: 2, mota: 1 - 2 / 8, idf1: (2 * 4) / 16 })
  })

  it('keep a pair of the frame before while it overlaps enough, even if another track is nearer', () => {
    const frames = [frame({ a: 0 }, { 1: 0 }), frame({ a: 0 }, { 1: 3, 2: 0 })]
    expect(measureTracks(frames)).toMatchObject({ switches: 0, falseBoxes: 1 })
  })

  it('count an overlap under the least one as a miss and a false box', () => {
    expect(measureTracks([frame({ a: 0 }, { 1: 4 })])).toMatchObject({
      misses: 1,
      falseBoxes: 1,
      mota: -1,
      idf1: 0,
    })
  })
})
