import { describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../../../src/config/schema/kafka-schema.ts'
import { AppError } from '../../../../src/core/errors.ts'
import { isProducerStateError, toBrokerError } from '../../../../src/event/kafka/kafka-error.ts'

const kafka = kafkaSchema.parse({
  brokers: ['broker.site:9093'],
  ssl: { key: '-----BEGIN PRIVATE KEY-----\nMIIsecretkey' },
  sasl: { mechanism: 'plain', username: 'vireo', password: 'hunter2!' },
})
const plain = kafkaSchema.parse({ brokers: ['broker.site:9092'] })
const wrap = (inner: object) =>
  Object.assign(new Error('Number of retries exceeded'), {
    name: 'KafkaJSNumberOfRetriesExceeded',
    cause: Object.assign(new Error('inner'), { name: 'KafkaJSNonRetriableError', cause: inner }),
  })
const failure = (fields: object) => Object.assign(new Error('boom'), fields)

describe('toBrokerError', () => {
  it.each([
    ['a refused login', { name: 'KafkaJSSASLAuthenticationError' }, 'EVENT_BROKER_AUTH', 'kafka.sasl'],
    ['a mechanism that is off', { type: 'UNSUPPORTED_SASL_MECHANISM' }, 'EVENT_BROKER_AUTH', 'kafka.sasl'],
    ['an unknown authority', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'EVENT_BROKER_AUTH', 'kafka.ssl.ca'],
    ['a wrong host name', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'EVENT_BROKER_AUTH', 'kafka.ssl.ca'],
    ['a port without TLS', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'EVENT_BROKER_AUTH', 'no TLS'],
    ['a missing right', { type: 'TOPIC_AUTHORIZATION_FAILED' }, 'EVENT_BROKER_AUTH', 'grant Write'],
    ['too large an event', { type: 'MESSAGE_TOO_LARGE' }, 'EVENT_REFUSED', 'max.message.bytes'],
    ['a dead port', { code: 'ECONNREFUSED', name: 'KafkaJSConnectionError' }, 'EVENT_BROKER', 'did not take'],
  ])('tells the operator about %s, however deep it is wrapped', (_what, fields, code, text) => {
    for (const thrown of [failure(fields), wrap(failure(fields))]) {
      const error = toBrokerError(thrown, kafka)
      expect(error.code).toBe(code)
      expect(error.message).toContain(text)
      expect(error.message).toContain('broker.site:9093')
    }
  })

  it('finds the reason in an aggregate', () => {
    const many = failure({
      name: 'KafkaJSAggregateError',
      errors: [failure({ type: 'X_AUTHORIZATION_FAILED' })],
    })
    expect(toBrokerError(many, kafka).code).toBe('EVENT_BROKER_AUTH')
  })

  it('hints at TLS and SASL when a plain connection is closed by the broker', () => {
    const closed = failure({ name: 'KafkaJSConnectionClosedError' })
    expect(toBrokerError(closed, plain).message).toContain('set kafka.ssl or kafka.sasl')
    expect(toBrokerError(closed, kafka).message).not.toContain('set kafka.ssl or kafka.sasl')
  })

  it('repeats no secret, not even when the client does', () => {
    const leaky = wrap(
      Object.assign(new Error('login vireo:hunter2! with -----BEGIN PRIVATE KEY-----\nMIIsecretkey'), {
        name: 'KafkaJSSASLAuthenticationError',
        code: 'hunter2!',
      }),
    )
    const { message, details, cause } = toBrokerError(leaky, kafka)
    expect(JSON.stringify({ message, details, cause })).not.toMatch(/hunter2|MIIsecretkey/)
    expect(message).toContain('***')
  })

  it('survives errors that contain themselves, and non-errors', () => {
    const ring = failure({}) as Error
    ring.cause = ring
    expect(toBrokerError(ring, kafka).code).toBe('EVENT_BROKER')
    expect(toBrokerError('odd', kafka).message).toContain('odd')
    const own = new AppError('CONFIG_INVALID', 'kafka.ssl.ca: …')
    expect(toBrokerError(own, kafka)).toBe(own)
  })
})

describe('isProducerStateError', () => {
  it.each(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH'])('%s', (type) => {
    expect(isProducerStateError(wrap(failure({ type })))).toBe(true)
  })

  it('is false for other failures', () => {
    expect(isProducerStateError(wrap(failure({ type: 'REQUEST_TIMED_OUT' })))).toBe(false)
  })
})
