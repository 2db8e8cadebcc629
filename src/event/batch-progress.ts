import type { OutboxEvent, PublishProgress } from '../core/events.ts'
import type { SinkCursors } from '../store/tables/sink-cursors.ts'

export interface BatchProgress extends PublishProgress {
  acceptedCount(): number
  /** Up to which event it was being sent; all of them when the publisher did not say. */
  sendingCount(): number
}

/** Keeps on disk what a publisher says of a batch while it sends it. */
export function createBatchProgress(
  store: Pick<SinkCursors, 'noteAttempt' | 'retract'>,
  sink: string,
  events: readonly OutboxEvent[],
): BatchProgress {
  let accepted = 0
  let sending: number | null = null
  const positionOf = (count: number) => events[count - 1]?.position ?? 0
  /** Events that may have arrived in an earlier call stay replays. */
  const replays = events.findLastIndex(({ attempts }) => attempts > 0) + 1
  return {
    sending(count) {
      store.noteAttempt(sink, positionOf(count), positionOf(accepted))
      sending = count
    },
    accepted(count) {
      accepted = Math.max(accepted, count)
    },
    unsent() {
      if (sending !== null) store.retract(sink, positionOf(Math.max(accepted, replays)))
    },
    acceptedCount: () => accepted,
    sendingCount: () => sending ?? events.length,
  }
}
