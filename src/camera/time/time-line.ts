/** A clock that was set, or begins anew: how far, milliseconds; negative for back. */
export interface ClockStep {
  readonly byMs: number
}

export interface TimeLine {
  /**
   * The place of what came at `arrivalMonoMs` with the time `timeUs` of the source (null: it has none), always after the
   * one before; or the step that its clock made. What follows a step belongs on another line.
   *
   * @param untilUs where it ends, when that is known: a step may be hidden in its length.
   */
  place(timeUs: number | null, arrivalMonoMs: number, untilUs?: number): number | ClockStep
  /** As `place`, for a file: its times are taken as they are as long as they rise, because nothing arrives. */
  follow(timeUs: number | null): number
}

/**
 * How far a time may be before the one before it. The camera's reports about its clock, and what a decoder orders by
 * itself, differ by less.
 */
const leastBackMs = 500
/** How far times may run ahead of arrival in one leap, beyond where they were against it. */
const aheadMs = 2000
/** Something that waited for half of the time that it says came at the pace of life. */
const paced = 0.5

/**
 * The one time line of a product of a camera. Times come as the source says them; small disorder is smoothed; a step of the
 * clock is told from a bad network by arrival: a stall, and the backlog after it, change when something comes, not what
 * time it has, and a backlog comes in small steps.
 */
export function createTimeLine(backMs = leastBackMs): TimeLine {
  let lastUs: number | null = null
  let endUs = 0
  let lastMonoMs = 0
  /** The furthest that times were ahead of arrival. */
  let leadMs = Number.NEGATIVE_INFINITY
  /** What was held back while the connection began comes at once, with any distance between pictures. */
  let settled = false

  const follow = (timeUs: number | null): number => {
    const placed = lastUs === null ? (timeUs ?? 0) : Math.max(timeUs ?? 0, lastUs + 1)
    lastUs = placed
    return placed
  }

  return {
    follow,
    place(timeUs, arrivalMonoMs, untilUs = timeUs ?? 0) {
      if (timeUs === null || lastUs === null) {
        endUs = untilUs
        lastMonoMs = arrivalMonoMs
        return follow(timeUs)
      }
      const leapMs = (Math.max(timeUs, untilUs) - Math.max(lastUs, endUs)) / 1000
      const waitedMs = arrivalMonoMs - lastMonoMs
      const byMs = (timeUs - lastUs) / 1000 - waitedMs
      if (timeUs - lastUs < -backMs * 1000) return { byMs }
      const ahead = Math.max(timeUs, untilUs) / 1000 - arrivalMonoMs
      if (settled && leapMs - waitedMs > aheadMs && ahead - leadMs > aheadMs)
        return { byMs: leapMs - waitedMs }
      settled ||= leapMs > 0 && waitedMs >= leapMs * paced
      leadMs = Math.max(leadMs, ahead)
      lastMonoMs = arrivalMonoMs
      endUs = untilUs
      return follow(timeUs)
    },
  }
}
