import type { ErrorClass } from './error-class.ts'

/** What can be wrong with events and their receivers. */
export const eventErrors = {
  EVENT_INVALID: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary: 'An event does not fit its JSON Schema.',
  },
  EVENT_REFUSED: {
    retry: false,
    httpStatus: 422,
    exitCode: 65,
    summary:
      'A receiver says that it will never take this event (too large, not understood). It is kept as a dead letter; see vireo alerts dead-letters.',
  },
  EVENT_WEBHOOK: {
    retry: true,
    httpStatus: 503,
    exitCode: 69,
    summary:
      'A webhook does not answer, or not with 2xx. Events stay in the outbox and are sent again, in order.',
  },
  EVENT_MQTT: {
    retry: true,
    httpStatus: 503,
    exitCode: 69,
    summary:
      'The MQTT broker cannot be reached, refused the login or did not acknowledge. Events stay in the outbox and are sent again, in order.',
  },
  EVENT_BROKER: {
    retry: true,
    httpStatus: 503,
    exitCode: 69,
    summary:
      'The Kafka broker cannot be reached or refused the batch. Events stay in the outbox and are sent later.',
  },
  EVENT_BROKER_AUTH: {
    retry: true,
    httpStatus: 503,
    exitCode: 77,
    summary: 'Kafka refused the TLS or SASL credentials, or they lack a right; the message says which.',
  },
} as const satisfies Record<string, ErrorClass>
