import type { KafkaConfig as ClientConfig, RecordMetadata, TopicMessages } from 'kafkajs'
import type { KafkaConfig } from '../../config/schema.ts'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'
import { CompressionTypes, Kafka, Partitioners } from './kafka-client.ts'
import type { KafkaLog } from './kafka-log.ts'
import { kafkaSasl, readKafkaTls } from './kafka-settings.ts'
import { createKafkaSockets } from './kafka-sockets.ts'
import { ensureKafkaTopics } from './kafka-topics.ts'

/** One idempotent producer with its connections. It is used until it fails once, then thrown away. */
export interface KafkaSession {
  /** Connected, the topics there, a producer id given. Always the same promise. */
  ready(): Promise<void>
  /** Resolves when every partition has acknowledged its messages (acks=all). */
  send(batch: TopicMessages[]): Promise<void>
  /** Ends it in order; what takes longer than `graceMs` is cut off. */
  close(graceMs: number): Promise<void>
  /** Cuts every connection at once. */
  discard(): void
}

export interface KafkaSessionOptions {
  readonly kafka: KafkaConfig
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Where kafkajs writes. It outlives the session, so that it can hold repeated warnings back. */
  readonly log: KafkaLog
}

const compressionTypes = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
} as const

/** Short, because the outbox repeats for ever: what does not go through at once goes through later. */
const retry = { initialRetryTime: 100, maxRetryTime: 1000, multiplier: 2, factor: 0.2, retries: 3 }
/** With the same producer, a batch that Kafka has stored already is not stored twice. */
const patientRetry = { ...retry, retries: 7 }
const requestTimeoutMs = 6000
const acknowledgeTimeoutMs = 5000

/** @throws AppError CONFIG_INVALID when a certificate cannot be read. */
export function createKafkaSession(options: KafkaSessionOptions): KafkaSession {
  const { kafka, clock, telemetry, log } = options
  const tls = readKafkaTls(kafka.ssl)
  const sasl = kafkaSasl(kafka.sasl)
  const sockets = createKafkaSockets(kafka.brokers)
  const written = new Set<string>()
  let ended = false
  let opening: Promise<void> | null = null

  const client = new Kafka({
    clientId: kafka.clientId,
    brokers: sockets.brokers,
    ...(tls ? { ssl: tls as NonNullable<ClientConfig['ssl']> } : {}),
    ...(sasl ? { sasl } : {}),
    socketFactory: sockets.factory,
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: requestTimeoutMs,
    retry,
    logCreator: () => (entry) => {
      if (!ended) log.write(entry)
    },
  })
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: patientRetry,
    createPartitioner() {
      const partition = Partitioners.DefaultPartitioner()
      return (message) => {
        const chosen = partition(message)
        written.add(`${message.topic}/${chosen}`)
        return chosen
      }
    },
  })

  const open = async () => {
    const admin = client.admin()
    try {
      await admin.connect()
      await ensureKafkaTopics({ admin, kafka, telemetry })
    } finally {
      await admin.disconnect().catch(() => {})
    }
    await producer.connect()
    telemetry.log.info({ brokers: kafka.brokers }, 'connected to Kafka')
  }

  const discard = () => {
    if (ended) return
    ended = true
    sockets.destroy()
    producer.disconnect().catch(() => {})
  }

  return {
    ready() {
      opening ??= open()
      return opening
    },
    async send(topicMessages) {
      written.clear()
      const answers = await producer.sendBatch({
        acks: -1,
        timeout: acknowledgeTimeoutMs,
        compression: compressionTypes[kafka.compression],
        topicMessages,
      })
      const missing = unacknowledged(written, answers)
      if (missing.length > 0)
        throw new AppError(
          'EVENT_BROKER',
          `Kafka did not acknowledge ${missing.join(', ')}; sending it again`,
        )
    },
    async close(graceMs) {
      const grace = Promise.withResolvers<void>()
      const cancel = clock.after(graceMs, grace.resolve)
      await Promise.race([producer.disconnect().catch(() => {}), grace.promise])
      cancel()
      discard()
    },
    discard,
  }
}

/**
 * The partitions that messages were meant for and that no broker answered for. kafkajs can report success without
 * having sent them: when leadership moves between its attempts, to a broker that has answered for others already.
 */
export function unacknowledged(written: ReadonlySet<string>, answers: readonly RecordMetadata[]): string[] {
  const answered = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`))
  return [...written].filter((partition) => !answered.has(partition))
}
