import type { Clock } from '../core/clock.ts'
import type { OutboxEvent } from '../core/events.ts'
import type { Telemetry } from '../core/telemetry-port.ts'

/** Events whose way is being timed; older ones are forgotten while a receiver is gone. */
const capacity = 4096

/**
 * Times the way of an event from the arrival of the frame that caused it: stage `accepted` when it is on disk, `ack`
 * when the receiver has it. Events of an earlier process are not timed.
 */
export function createEventLatency(options: { clock: Clock; telemetry: Telemetry }): {
  stored(event: OutboxEvent, causeMonoMs: number): void
  sent(events: readonly OutboxEvent[]): void
} {
  const { clock, telemetry } = options
  const causes = new Map<number, number>()
  const observe = (stage: string, causeMonoMs: number) =>
    telemetry.observe('vireo_event_latency_seconds', { stage }, (clock.monoMs() - causeMonoMs) / 1000)
  return {
    stored(event, causeMonoMs) {
      observe('accepted', causeMonoMs)
      causes.set(event.position, causeMonoMs)
      if (causes.size > capacity) causes.delete(causes.keys().next().value!)
    },
    sent(events) {
      for (const { position } of events) {
        const causeMonoMs = causes.get(position)
        if (causeMonoMs === undefined) continue
        causes.delete(position)
        observe('ack', causeMonoMs)
      }
    },
  }
}
