import fc from 'fast-check'
import { keypointNames } from '../../../src/core/pose.ts'
import type { BodyReading } from '../../../src/skeleton/body-reading.ts'

export const second = 1_000_000

/** A body of 100 px whose keypoints lie on a line; `x` is the middle of its box and of its keypoints. */
export function bodyAt(ptsUs: number, x: number, { score = 0.9, y = 50 } = {}): BodyReading {
  return {
    ptsUs,
    box: { xPx: x - 20, yPx: y - 50, widthPx: 40, heightPx: 100 },
    keypoints: keypointNames.map((_, n) => ({ xPx: x + n - 8, yPx: y - 48 + n * 6, score })),
  }
}

/** Walks evenly: x is `pxPerS` × time. */
export const walking = (timesUs: readonly number[], pxPerS = 100) =>
  timesUs.map((ptsUs) => bodyAt(ptsUs, (ptsUs / second) * pxPerS))

/** So many moments, the given time apart, from a time on. */
export const times = (count: number, everyUs: number, fromUs = 0) =>
  Array.from({ length: count }, (_, n) => fromUs + n * everyUs)

const pixel = fc.double({ min: -2000, max: 2000, noNaN: true })
const keypoint = fc.record({
  xPx: pixel,
  yPx: pixel,
  score: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1, noNaN: true })),
})
const size = fc.double({ min: 1, max: 500, noNaN: true })

/** Readings at irregular times, some of them after gaps of over a second, in their order. */
export const anyReadings = fc
  .array(
    fc.record({
      afterUs: fc.oneof(fc.integer({ min: 1, max: 300_000 }), fc.integer({ min: 1, max: 3_000_000 })),
      box: fc.record({ xPx: pixel, yPx: pixel, widthPx: size, heightPx: size }),
      keypoints: fc.array(keypoint, { minLength: 17, maxLength: 17 }),
    }),
    { maxLength: 25 },
  )
  .map((steps) => {
    let ptsUs = 0
    return steps.map(({ afterUs, ...body }): BodyReading => {
      ptsUs += afterUs
      return { ptsUs, ...body }
    })
  })

/** The same bodies, scaled about the corner of the picture and then moved. */
export const moved = (
  readings: readonly BodyReading[],
  { scale, dx, dy }: { scale: number; dx: number; dy: number },
): BodyReading[] =>
  readings.map(({ ptsUs, box, keypoints }) => ({
    ptsUs,
    box: {
      xPx: box.xPx * scale + dx,
      yPx: box.yPx * scale + dy,
      widthPx: box.widthPx * scale,
      heightPx: box.heightPx * scale,
    },
    keypoints: keypoints.map(({ xPx, yPx, score }) => ({
      xPx: xPx * scale + dx,
      yPx: yPx * scale + dy,
      score,
    })),
  }))
