import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
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
  /**
   * Sends a dead letter once more, beside what is sent in order, and forgets it when it was taken.
   *
   * @throws AppError API_NOT_FOUND, and what the receiver says
   */
  resend(name: string, id: string): Promise<void>
  /** Forgets a dead letter for good. @throws AppError API_NOT_FOUND */
  discard(name: string, id: string): void
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
  const { publishers, store, onSent } = options
  const { publishers: _all, onSent: _told, ...rest } = options
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
    async resend(name, id) {
      const publisher = publishers.find((each) => each.name === name)
      const event = store.deadLetter(name, id)
      if (!publisher || !event) throw noLetter(name, id)
      await publisher.publish([event])
      store.forgetDeadLetter(name, id)
    },
    discard(name, id) {
      if (!store.forgetDeadLetter(name, id)) throw noLetter(name, id)
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

function noLetter(name: string, id: string): AppError {
  return new AppError(
    'API_NOT_FOUND',
    `there is no event ${id} that ${name} did not take and that can be read`,
  )
}
