import type { BodyReading, WindowSpan } from './body-reading.ts'

/** Nothing is known of what somebody did in a longer gap between two readings. */
export const longestGapUs = 1_000_000

type Timed = Pick<BodyReading, 'ptsUs'>

/** Time of the first moment of a window. */
export function startOf({ endPtsUs, frames, sampleFps }: WindowSpan): number {
  return endPtsUs - ((frames - 1) * 1e6) / sampleFps
}

/**
 * The readings that lead up to a time without a gap, oldest first, in whatever order they are given. Those after that
 * time are left out, as they are not there yet when it is now.
 */
export function latestRun<T extends Timed>(readings: readonly T[], endPtsUs: number): T[] {
  const known = readings.filter(({ ptsUs }) => ptsUs <= endPtsUs).sort((a, b) => a.ptsUs - b.ptsUs)
  let from = known.length
  let nextUs = endPtsUs
  while (from > 0 && nextUs - known[from - 1]!.ptsUs <= longestGapUs) {
    from -= 1
    nextUs = known[from]!.ptsUs
  }
  return known.slice(from)
}

/** How much of a window, as microseconds of its end, was really seen. */
export function seenUs(readings: readonly Timed[], span: WindowSpan): number {
  const [first] = latestRun(readings, span.endPtsUs)
  return first ? span.endPtsUs - Math.max(first.ptsUs, startOf(span)) : 0
}
