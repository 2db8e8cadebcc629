import type { Happening, Movement } from './site-footage.ts'

/** What each movement shows in truth; null: none of the labels. */
export const truths: Readonly<Record<Movement, string | null>> = {
  fall: 'falling',
  'walk-right': 'walking',
  'walk-left': 'walking',
  shutter: null,
  light: null,
}

export interface RaisedAlert {
  readonly alertId: string
  readonly cameraId: string
  readonly label: string
  readonly fromMs: number
  readonly toMs: number
}

/** The alerts among CloudEvents, by their last step, on the time line of their footage. */
export function raisedAlerts(events: readonly string[]): RaisedAlert[] {
  const last = new Map<string, RaisedAlert>()
  for (const line of events) {
    const { alertId, cameraId, label, firstPtsUs, lastPtsUs } = JSON.parse(line).data
    last.set(alertId, {
      alertId,
      cameraId,
      label,
      fromMs: firstPtsUs / 1000,
      toMs: lastPtsUs / 1000,
    })
  }
  return [...last.values()]
}

/** How long an alert and what happened have in common, ms; under 0 where they are apart. */
export const commonMs = (alert: Pick<RaisedAlert, 'fromMs' | 'toMs'>, happening: Happening): number =>
  Math.min(alert.toMs, happening.toMs) - Math.max(alert.fromMs, happening.fromMs)

/** What happened while an alert was raised: none of the happenings, where the scene stood still. */
export function shownBy(alert: RaisedAlert, happenings: readonly Happening[]): Happening | undefined {
  const [shown] = happenings.toSorted((a, b) => commonMs(alert, b) - commonMs(alert, a))
  return shown && commonMs(alert, shown) > 0 ? shown : undefined
}

/** What the reviewer says that an alert should have been called; null: nothing. */
export const truthOf = (shown: Happening | undefined): string | null =>
  shown ? truths[shown.movement] : null
