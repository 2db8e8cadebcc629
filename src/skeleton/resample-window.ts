import { keypointNames } from '../core/pose.ts'
import type { BodyReading, WindowSpan } from './body-reading.ts'
import { latestRun, startOf } from './latest-run.ts'

const count = keypointNames.length
/** Numbers of one body: x, y and score of every keypoint. */
export const bodyNumbers = count * 3

/**
 * Readings of one body at irregular times → [frames, 17, 3] at even times: x, y and score, on the straight line between
 * the readings around each time. Before the first reading its body is repeated, after the last one that one. Readings
 * before a gap of over a second are as if they were not there. A keypoint that is not found has score 0 and the place
 * where it was found last in the window, or 0. Nobody at all: zeros.
 */
export function resampleWindow(
  readings: readonly Pick<BodyReading, 'ptsUs' | 'keypoints'>[],
  span: WindowSpan,
): Float32Array<ArrayBuffer> {
  const { endPtsUs, frames, sampleFps } = span
  const values = new Float32Array(frames * bodyNumbers)
  const run = latestRun(readings, endPtsUs)
  if (run.length === 0) return values
  const periodUs = 1e6 / sampleFps
  const place = createPlaces()
  let at = 0
  // What is older than the window says nothing about its keypoints.
  while (at + 1 < run.length && run[at + 1]!.ptsUs <= startOf(span)) at += 1
  place.move(run[at]!)
  for (let frame = 0; frame < frames; frame += 1) {
    const timeUs = endPtsUs - (frames - 1 - frame) * periodUs
    while (at + 1 < run.length && run[at + 1]!.ptsUs <= timeUs) {
      at += 1
      place.move(run[at]!)
    }
    const [before, after] = [run[at]!, run[at + 1]]
    const share = after && timeUs > before.ptsUs ? (timeUs - before.ptsUs) / (after.ptsUs - before.ptsUs) : 0
    place.write(values, frame * bodyNumbers, { after, share })
  }
  return values
}

/** The keypoints of the latest reading, those that are not found where they were found before. */
function createPlaces() {
  const [x, y, score] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  const found = new Uint8Array(count)
  return {
    move({ keypoints }: Pick<BodyReading, 'keypoints'>) {
      for (let n = 0; n < count; n += 1) {
        const point = keypoints[n]!
        score[n] = Math.max(0, point.score)
        if (!(point.score > 0)) continue
        x[n] = point.xPx
        y[n] = point.yPx
        found[n] = 1
      }
    },
    /** The body at a share of the way to the reading after it. */
    write(
      values: Float32Array,
      offset: number,
      { after, share }: { after: Pick<BodyReading, 'keypoints'> | undefined; share: number },
    ) {
      for (let n = 0; n < count; n += 1) {
        const next = after?.keypoints[n]
        const nextScore = Math.max(0, next?.score ?? 0)
        const goes = share > 0 && next !== undefined && nextScore > 0
        // Where it was not found yet, it appears where it is found.
        const [fromX, fromY] = goes && found[n] === 0 ? [next.xPx, next.yPx] : [x[n]!, y[n]!]
        values[offset + n * 3] = goes ? fromX + share * (next.xPx - fromX) : fromX
        values[offset + n * 3 + 1] = goes ? fromY + share * (next.yPx - fromY) : fromY
        values[offset + n * 3 + 2] = score[n]! + share * (nextScore - score[n]!)
      }
    },
  }
}
