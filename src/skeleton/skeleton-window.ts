import type { BodyReading, WindowSpan } from './body-reading.ts'
import { choosePartner } from './choose-partner.ts'
import { seenUs } from './latest-run.ts'
import { bodyNumbers, resampleWindow } from './resample-window.ts'

/** A window is of use when so much of it was really seen. */
export const leastSeen = 0.3

/** Whether enough of a window was seen to say something about it. */
export function isWindowSeen(own: readonly Pick<BodyReading, 'ptsUs'>[], span: WindowSpan): boolean {
  return seenUs(own, span) >= (leastSeen * span.frames * 1e6) / span.sampleFps
}

/**
 * What a model of kind `skeleton` looks at: [frames, 2, 17, 3], the body itself and the one who is nearest to it, zeros
 * where nobody is. null while too little of it was seen.
 *
 * @param own readings of one body of one connection.
 * @param others readings of the other bodies that were there in this time.
 */
export function skeletonWindow(
  own: readonly BodyReading[],
  others: readonly (readonly BodyReading[])[],
  span: WindowSpan,
): Float32Array<ArrayBuffer> | null {
  return isWindowSeen(own, span) ? cutWindow(own, others, span) : null
}

/** The same, however little of it was seen. */
export function cutWindow(
  own: readonly BodyReading[],
  others: readonly (readonly BodyReading[])[],
  span: WindowSpan,
): Float32Array<ArrayBuffer> {
  const partner = choosePartner(own, others, span)
  return joinBodies(own, partner === null ? [] : others[partner]!, span)
}

/** A body and the one beside it: [frames, 2, 17, 3], zeros for one without readings. */
export function joinBodies(own: Readings, other: Readings, span: WindowSpan): Float32Array<ArrayBuffer> {
  const values = new Float32Array(span.frames * 2 * bodyNumbers)
  for (const [index, readings] of [own, other].entries()) {
    if (readings.length === 0) continue
    const body = resampleWindow(readings, span)
    for (let frame = 0; frame < span.frames; frame += 1)
      values.set(
        body.subarray(frame * bodyNumbers, (frame + 1) * bodyNumbers),
        (frame * 2 + index) * bodyNumbers,
      )
  }
  return values
}

type Readings = Parameters<typeof resampleWindow>[0]
