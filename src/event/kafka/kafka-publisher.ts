import type { TopicMessages } from 'kafkajs'
import type { KafkaConfig } from '../../config/schema.ts'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { type EventPublisher, noProgress, type PublishProgress } from '../../core/events.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'
import { backOffMs } from '../../core/time/back-off.ts'
import { isProducerStateError, isRetriedAtOnce, toBrokerError } from './kafka-error.ts'
import { createKafkaLog } from './kafka-log.ts'
import { kafkaChunks } from './kafka-message.ts'
import { createKafkaSession, type KafkaSession, type KafkaSessionOptions } from './kafka-session.ts'
import { kafkaScrubber, readKafkaTls } from './kafka-settings.ts'

/** What a health page or the doctor shows; no secrets. */
export interface KafkaDescription {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly tls: boolean
  readonly sasl: string | null
  readonly compression: KafkaConfig['compression']
  readonly topics: KafkaConfig['topics']
  /** `idle`: nothing was tried yet. */
  readonly state: 'idle' | 'connecting' | 'connected' | 'failed' | 'closed'
  readonly lastError: string | null
}

export interface KafkaPublisher extends EventPublisher {
  /** Resolves when the brokers answer, the login is accepted and the topics exist; tries once. */
  ready(): Promise<void>
  describe(): KafkaDescription
}

export interface KafkaPublisherOptions {
  readonly kafka: KafkaConfig
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Longest time that one `publish` or `ready` may take, milliseconds. */
  readonly timeoutMs?: number
  /** For tests. */
  readonly createSession?: (options: KafkaSessionOptions) => KafkaSession
}

const closeGraceMs = 1500
const waits = { firstMs: 200, mostMs: 2000 }

/** One call of `publish`: the requests that are not acknowledged yet, and how many events are. */
interface Work {
  readonly chunks: TopicMessages[][]
  readonly progress: PublishProgress
  accepted: number
}

/**
 * Publishes outbox events to Kafka: CloudEvents in binary mode, keyed by camera, acks=all, one request at a time
 * from an idempotent producer. Calls are worked off in order. `publish` rejects within `timeoutMs` when the broker
 * does not acknowledge; the caller keeps the events and calls again with the same ones. After any failure the next
 * call starts with a new producer, so a producer that Kafka has fenced or forgotten never stays.
 *
 * @throws AppError CONFIG_INVALID when a certificate of `kafka.ssl` cannot be read. `publish` and `ready` reject
 * with EVENT_BROKER or EVENT_BROKER_AUTH.
 */
export function createKafkaPublisher(options: KafkaPublisherOptions): KafkaPublisher {
  const { kafka, clock, telemetry, timeoutMs = 12_000, createSession = createKafkaSession } = options
  readKafkaTls(kafka.ssl)
  const log = createKafkaLog({ log: telemetry.log, clock, scrub: kafkaScrubber(kafka) })
  const closing = Promise.withResolvers<never>()
  closing.promise.catch(() => {})
  let session: KafkaSession | null = null
  let last: Promise<unknown> = Promise.resolve()
  let state: KafkaDescription['state'] = 'idle'
  let lastError: string | null = null

  const closedError = () => new AppError('EVENT_BROKER', 'the connection to Kafka was closed')

  const attempt = async (work: Work, deadlineMs: number): Promise<void> => {
    if (state === 'closed') throw closedError()
    if (!session) state = 'connecting'
    let current = session
    try {
      current ??= createSession({ kafka, clock, telemetry, log })
      session = current
      const opened = current
      await withDeadline(deadlineMs, async (stopped) => {
        await opened.ready()
        if (state === 'connecting') state = 'connected'
        for (let chunk = work.chunks[0]; chunk; chunk = work.chunks[0]) {
          if (stopped()) return
          const end = work.accepted + chunk.reduce((sum, { messages }) => sum + messages.length, 0)
          work.progress.sending(end)
          await opened.send(chunk)
          if (stopped()) return
          work.progress.accepted(end)
          work.accepted = end
          work.chunks.shift()
        }
      })
      lastError = null
    } catch (thrown) {
      session = null
      current?.discard()
      if (!isClosed()) state = 'failed'
      throw thrown
    }
  }

  const isClosed = () => state === 'closed'

  const withDeadline = async (deadlineMs: number, work: (stopped: () => boolean) => Promise<void>) => {
    const late = Promise.withResolvers<never>()
    let over = false
    const cancel = clock.after(Math.max(0, deadlineMs - clock.monoMs()), () =>
      late.reject(
        new AppError(
          'EVENT_BROKER',
          `Kafka at ${kafka.brokers.join(', ')} did not answer within ${timeoutMs} ms`,
        ),
      ),
    )
    try {
      await Promise.race([work(() => over), late.promise, closing.promise])
    } finally {
      over = true
      cancel()
    }
  }

  /**
   * Again with a new producer when Kafka no longer accepts the id that this one had, or did not take anything for a
   * reason that passes by itself (a topic that was made just now, a leader that moves).
   */
  const run = async (work: Work): Promise<void> => {
    const deadlineMs = clock.monoMs() + timeoutMs
    let again = false
    for (let tries = 1; ; tries += 1) {
      const waitMs = backOffMs(tries, waits)
      try {
        await attempt(work, deadlineMs)
        return
      } catch (thrown) {
        const stale: boolean = isProducerStateError(thrown) && !again
        const passes = isRetriedAtOnce(thrown) && clock.monoMs() + waitMs < deadlineMs
        if (isClosed() || !(stale || passes)) {
          const error = toBrokerError(thrown, kafka)
          lastError = `${error.code}: ${error.message}`
          throw error
        }
        if (stale)
          telemetry.log.info({}, 'Kafka does not know this producer any more; sending again with a new one')
        again ||= stale
        if (!stale) await pause(waitMs)
      }
    }
  }
  const pause = (delayMs: number) => {
    const over = Promise.withResolvers<void>()
    const cancel = clock.after(delayMs, over.resolve)
    return Promise.race([over.promise, closing.promise.catch(() => {})]).finally(cancel)
  }

  const inOrder = (chunks: TopicMessages[][], progress = noProgress): Promise<void> => {
    const result = last.then(() => run({ chunks, progress, accepted: 0 }))
    last = result.catch(() => {})
    return result
  }

  return {
    name: 'kafka',
    ready: () => inOrder([]),
    publish: (events, progress) =>
      events.length === 0 ? Promise.resolve() : inOrder(kafkaChunks(events, kafka.topics), progress),
    describe: () => ({
      brokers: kafka.brokers,
      clientId: kafka.clientId,
      tls: kafka.ssl !== false,
      sasl: kafka.sasl?.mechanism ?? null,
      compression: kafka.compression,
      topics: kafka.topics,
      state,
      lastError,
    }),
    async close() {
      if (isClosed()) return
      state = 'closed'
      closing.reject(closedError())
      const current = session
      session = null
      await current?.close(closeGraceMs)
      await last
    },
  }
}
