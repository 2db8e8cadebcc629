/** Something that happens in a simulated scene, or an alert about it; seconds on the scene's own time line. */
export interface Interval {
  readonly cameraId: string
  readonly label: string
  readonly startS: number
  readonly endS: number
}

export interface Score {
  readonly caught: readonly Interval[]
  readonly missed: readonly Interval[]
  /** Alerts about nothing. */
  readonly invented: readonly Interval[]
}

/**
 * Compares alerts with what really happened. An event is caught when an alert of its camera and label overlaps
 * it, with `toleranceS` at both ends; an alert that overlaps no such event is invented. Several alerts about
 * one event count once, and one long alert may catch several events.
 */
export function scoreAlerts(
  truth: readonly Interval[],
  alerts: readonly Interval[],
  toleranceS: number,
): Score {
  const meets = (event: Interval, alert: Interval) =>
    event.cameraId === alert.cameraId &&
    event.label === alert.label &&
    alert.startS <= event.endS + toleranceS &&
    alert.endS >= event.startS - toleranceS
  return {
    caught: truth.filter((event) => alerts.some((alert) => meets(event, alert))),
    missed: truth.filter((event) => !alerts.some((alert) => meets(event, alert))),
    invented: alerts.filter((alert) => !truth.some((event) => meets(event, alert))),
  }
}

/** A scene that plays in a loop, unrolled: what happened from its start until `watchedS`. */
export function unrollLoop(events: readonly Interval[], loopS: number, watchedS: number): Interval[] {
  const turns = Math.ceil(watchedS / loopS)
  return Array.from({ length: turns }, (_, turn) =>
    events.map((event) => ({
      ...event,
      startS: event.startS + turn * loopS,
      endS: event.endS + turn * loopS,
    })),
  )
    .flat()
    .filter((event) => event.startS < watchedS)
}
