import { Observable, type OperatorFunction } from 'rxjs'
import type { AlertStep } from '../core/alert.ts'
import type { Scores } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import type { Frame } from '../core/frame.ts'
import type { AlertTracker } from './alert-tracker.ts'

/**
 * Scores → alert steps. `quiet$` brings frames in which nothing moves; `lost$` says which connection of the camera
 * is gone. When the scores end, open alerts end as `shutdown`. `quiet$` and `lost$` may end or fail by themselves.
 */
export function trackAlerts(
  tracker: AlertTracker,
  events: {
    quiet$: Observable<Frame>
    lost$: Observable<{ readonly epoch: number }>
    /** The tracks that are there; needed where scores are about tracks. */
    tracks$?: Observable<ReadonlySet<string>>
    clock: Clock
  },
): OperatorFunction<Scores, AlertStep> {
  const { quiet$, lost$, tracks$, clock } = events
  return (source) =>
    new Observable((subscriber) => {
      const emit = (steps: readonly AlertStep[]) => {
        for (const step of steps) subscriber.next(step)
      }
      subscriber.add(quiet$.subscribe({ next: (frame) => emit(tracker.quiet(frame)), error: () => {} }))
      subscriber.add(
        lost$.subscribe({
          next: ({ epoch }) => emit(tracker.end('camera_lost', { monoMs: clock.monoMs(), epoch })),
          error: () => {},
        }),
      )
      if (tracks$)
        subscriber.add(
          tracks$.subscribe({
            next: (trackIds) => emit(tracker.keepTracks(trackIds, clock.monoMs())),
            error: () => {},
          }),
        )
      subscriber.add(
        source.subscribe({
          next: (scores) => emit(tracker.accept(scores)),
          error: (thrown) => subscriber.error(thrown),
          complete() {
            emit(tracker.end('shutdown', { monoMs: clock.monoMs() }))
            subscriber.complete()
          },
        }),
      )
    })
}
