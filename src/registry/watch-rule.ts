import type { RolloutConfig } from '../config/schema/models-schema.ts'
import { type Health, healthProblem } from './shadow-tally.ts'

/** What the former version was like, to hold the new one against. */
export interface WatchBaseline {
  readonly msPerClip: number | null
  /** Null when it was watched too short to tell. */
  readonly alertsPerHour: number | null
}

/** What the new version did since it took over. */
export interface WatchedTime extends Health {
  readonly elapsedMs: number
  readonly alerts: number
}

/** Why a version that is live now is to be rolled back, or null. */
export function watchProblem(now: WatchedTime, before: WatchBaseline, rule: RolloutConfig): string | null {
  const health = healthProblem(now, before, rule)
  if (health !== null || before.alertsPerHour === null) return health
  const expected = (before.alertsPerHour * now.elapsedMs) / 3_600_000
  const most = Math.max(rule.minAlerts - 1, rule.maxAlertFactor * expected)
  if (now.alerts <= most) return null
  const minutes = (now.elapsedMs / 60_000).toFixed(1)
  return `${now.alerts} alerts in ${minutes} minutes, where the former version would have raised about ${expected.toFixed(1)} (at most ${rule.maxAlertFactor} times that)`
}
