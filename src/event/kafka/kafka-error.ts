import type { KafkaConfig } from '../../config/schema.ts'
import { AppError } from '../../core/errors.ts'
import { retriableTypes } from './kafka-client.ts'
import { kafkaScrubber } from './kafka-settings.ts'

interface Clue {
  readonly name: string
  /** Kafka's name of a protocol error, such as TOPIC_AUTHORIZATION_FAILED. */
  readonly type: string
  /** Code of a socket or TLS error, such as ECONNREFUSED. */
  readonly code: string
  readonly message: string
}

const saslTypes = new Set(['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE'])
const untrusted = /^(DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/
const tlsFailure = /^(ERR_SSL_|ERR_TLS_|EPROTO)/
const producerState = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_PRODUCER_ID',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
])

/** Every error that is inside of what kafkajs threw, outermost first: causes and the members of aggregates. */
function cluesIn(thrown: unknown): Clue[] {
  const clues: Clue[] = []
  const seen = new Set<unknown>()
  const waiting: unknown[] = [thrown]
  while (waiting.length > 0 && clues.length < 32) {
    const error = waiting.shift()
    if (error === null || typeof error !== 'object' || seen.has(error)) continue
    seen.add(error)
    const { name, type, code, message, cause, errors } = error as Record<string, unknown>
    const text = (value: unknown) => (typeof value === 'string' ? value : '')
    clues.push({ name: text(name), type: text(type), code: text(code), message: text(message) })
    waiting.push(cause, ...(Array.isArray(errors) ? errors : []))
  }
  return clues
}

/** Whether the broker no longer knows the idempotent producer as it sees itself: a new producer id helps. */
export function isProducerStateError(thrown: unknown): boolean {
  return cluesIn(thrown).some(({ type }) => producerState.has(type))
}

/** Errors that Kafka calls retriable, after which nobody knows whether the batch was stored: the outbox sends it as a replay. */
const ambiguous = new Set(['REQUEST_TIMED_OUT', 'NETWORK_EXCEPTION', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'])

/** Whether Kafka says that it stored nothing and that the same will work soon. */
export function isRetriedAtOnce(thrown: unknown): boolean {
  const types = cluesIn(thrown).map(({ type }) => type)
  return types.some((type) => retriableTypes.has(type)) && !types.some((type) => ambiguous.has(type))
}

/**
 * What kafkajs threw, as EVENT_BROKER, EVENT_BROKER_AUTH or EVENT_REFUSED with a text for the operator. No secret gets into it,
 * and the original error is not attached, because nobody knows what a client puts there.
 */
export function toBrokerError(thrown: unknown, kafka: KafkaConfig): AppError {
  if (thrown instanceof AppError) return thrown
  const clues = cluesIn(thrown)
  const find = (test: (clue: Clue) => boolean) => clues.find(test)
  const brokers = kafka.brokers.join(', ')
  const scrub = kafkaScrubber(kafka)
  const kafkaError = clues.map(({ type, code, name }) => type || code || name).find(Boolean) ?? 'unknown'
  const reason = clues.find(({ message }) => message)?.message ?? String(thrown)
  const fail = (code: 'EVENT_BROKER' | 'EVENT_BROKER_AUTH' | 'EVENT_REFUSED', text: string) =>
    new AppError(code, scrub(text), { details: { kafkaError: scrub(kafkaError) } })

  const sasl = find(({ name, type }) => name === 'KafkaJSSASLAuthenticationError' || saslTypes.has(type))
  if (sasl)
    return fail(
      'EVENT_BROKER_AUTH',
      `kafka.sasl: ${brokers} refused the login${kafka.sasl ? ` with ${kafka.sasl.mechanism}` : ''}; ` +
        `check user name, password and mechanism (${sasl.message})`,
    )
  const certificate = find(({ code }) => untrusted.test(code))
  if (certificate)
    return fail(
      'EVENT_BROKER_AUTH',
      `kafka.ssl: the certificate of ${brokers} is not accepted (${certificate.code}); set kafka.ssl.ca to the ` +
        'certificate authority that signed it, and use the host name that it names',
    )
  const tls = find(
    ({ code, message }) => tlsFailure.test(code) || /\bSSL\b.*alert|tlsv1 alert/i.test(message),
  )
  if (tls)
    return fail(
      'EVENT_BROKER_AUTH',
      `kafka.ssl: no TLS connection with ${brokers} (${tls.code || tls.message}); the port may speak no TLS, or ` +
        'the broker wants a client certificate (kafka.ssl.cert and kafka.ssl.key)',
    )
  const right = find(({ type }) => type.endsWith('_AUTHORIZATION_FAILED'))
  if (right)
    return fail(
      'EVENT_BROKER_AUTH',
      `Kafka at ${brokers} does not let this user write to ${Object.values(kafka.topics).join(', ')} ` +
        `(${right.type}); grant Write and Describe on each`,
    )
  if (find(({ type }) => type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE'))
    return fail(
      'EVENT_REFUSED',
      `Kafka at ${brokers} refused an event as too large; raise max.message.bytes of the topics`,
    )
  const closed = find(({ name }) => name === 'KafkaJSConnectionClosedError')
  if (closed && kafka.ssl === false && !kafka.sasl)
    return fail(
      'EVENT_BROKER',
      `Kafka at ${brokers} closed the connection; if the port wants TLS or SASL, set kafka.ssl or kafka.sasl`,
    )
  return fail('EVENT_BROKER', `Kafka at ${brokers} did not take the events: ${reason}`)
}
