import type { Clock } from '../core/clock.ts'
import type { AppError } from '../core/errors.ts'
import type { EventPublisher, OutboxEvent } from '../core/events.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { SinkCursors } from '../store/tables/sink-cursors.ts'
import { createOutboxSender } from './outbox-sender.ts'

/** Every receiver of the outbox as one: each has its own place in it, so that none waits for another. */
export interface Sinks {
  readonly names: readonly string[]
  /** Something new may be in the outbox. */
  wake(): void
  /** Resolves with the names of those that did not take everything before the deadline. */
  drain(deadlineMs: number): Promise<readonly string[]>
  /** Why a receiver did not take what was sent to it last; null when it did. */
  problem(name: string): AppError | null
  /** Batches in flight have `graceMs` to be acknowledged. May be called again. */
  close(graceMs?: number): Promise<void>
}

/** `onSent` hears of the batches that the first publisher acknowledged. */
export function createSinks(options: {
  publishers: readonly EventPublisher[]
  store: SinkCursors
  clock: Clock
  random: () => number
  telemetry: Telemetry
  onSent?: (events: readonly OutboxEvent[]) => void
}): Sinks {
  const { publishers, onSent, ...rest } = options
  const senders = publishers.map((publisher, index) => ({
    publisher,
    sender: createOutboxSender({ ...rest, publisher, ...(index === 0 && onSent ? { onSent } : {}) }),
  }))
  return {
    names: publishers.map(({ name }) => name),
    wake() {
      for (const { sender } of senders) sender.wake()
    },
    async drain(deadlineMs) {
      const done = await Promise.all(senders.map(({ sender }) => sender.drain(deadlineMs)))
      return publishers.filter((_, index) => !done[index]).map(({ name }) => name)
    },
    problem: (name) => senders.find(({ publisher }) => publisher.name === name)?.sender.problem() ?? null,
    async close(graceMs) {
      await Promise.all(
        senders.map(async ({ sender, publisher }) => {
          await sender.close(graceMs)
          await publisher.close()
        }),
      )
    },
  }
}
