import { filter, map, merge, type Observable } from 'rxjs'
import type { AlertStep } from '../core/alert.ts'
import type { Scores } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import type { Frame } from '../core/frame.ts'
import type { AlertTracker } from './alert-tracker.ts'
import type { ScoreFusion } from './score-fusion.ts'
import { trackAlerts } from './track-alerts.ts'

/**
 * Scores of several models → fused scores → alert steps. A frame in which nothing moves counts as score 0 only when no
 * model has spoken for a while: sound goes on where nothing moves.
 */
export function fuseScores(
  sources: readonly Observable<Scores>[],
  options: {
    fusion: ScoreFusion
    alerts: AlertTracker
    quiet$: Observable<Frame>
    lost$: Observable<{ readonly epoch: number }>
    clock: Clock
  },
): Observable<AlertStep> {
  const { fusion, alerts, quiet$, lost$, clock } = options
  return merge(...sources).pipe(
    map((scores) => fusion.accept(scores)),
    filter((scores) => scores !== null),
    trackAlerts(alerts, { quiet$: quiet$.pipe(filter((frame) => fusion.isSilent(frame))), lost$, clock }),
  )
}
