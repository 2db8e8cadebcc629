import { setImmediate as turn } from 'node:timers/promises'
import type { TopicMessages } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../../../src/config/schema/kafka-schema.ts'
import type { OutboxEvent } from '../../../../src/core/events.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import { createKafkaPublisher } from '../../../../src/event/kafka/kafka-publisher.ts'
import { type KafkaSession, unacknowledged } from '../../../../src/event/kafka/kafka-session.ts'

const kafka = kafkaSchema.parse({
  brokers: ['b:9092'],
  sasl: { mechanism: 'plain', username: 'vireo', password: 'hunter2!' },
})
const event = (id: string, bytes = 2): OutboxEvent => ({
  position: 1,
  id,
  channel: 'alerts',
  key: 'gate',
  attributes: { id },
  dataJson: 'x'.repeat(bytes),
  acceptedMs: 0,
  attempts: 0,
})
const ids = (batch: TopicMessages[]) =>
  batch.flatMap(({ messages }) => messages.map(({ headers }) => String(headers?.ce_id)))

/** Scripted sessions: `fail` holds what the next sends throw, `hang` makes them wait for ever. */
function setUp() {
  const state = {
    sessions: 0,
    discarded: [] as number[],
    closed: [] as number[],
    sent: [] as string[],
    fail: [] as unknown[],
    failOpen: [] as unknown[],
    hang: false,
    inFlight: 0,
    mostInFlight: 0,
  }
  const timers: { delayMs: number; fn: () => void }[] = []
  const createSession = (): KafkaSession => {
    state.sessions += 1
    const number = state.sessions
    return {
      async ready() {
        const thrown = state.failOpen.shift()
        if (thrown) throw thrown
      },
      async send(batch) {
        state.inFlight += 1
        state.mostInFlight = Math.max(state.mostInFlight, state.inFlight)
        try {
          await (state.hang ? new Promise(() => {}) : turn())
          const thrown = state.fail.shift()
          if (thrown) throw thrown
          state.sent.push(`${number}:${ids(batch).join(',')}`)
        } finally {
          state.inFlight -= 1
        }
      },
      async close() {
        state.closed.push(number)
      },
      discard() {
        state.discarded.push(number)
      },
    }
  }
  const publisher = createKafkaPublisher({
    kafka,
    telemetry: noTelemetry,
    clock: {
      nowMs: () => 0,
      monoMs: () => 0,
      after(delayMs, fn) {
        const timer = { delayMs, fn }
        timers.push(timer)
        return () => timers.splice(timers.indexOf(timer), 1)
      },
    },
    timeoutMs: 5000,
    createSession,
  })
  return { publisher, state, timers }
}
const protocol = (type: string) => Object.assign(new Error(type), { type, name: 'KafkaJSProtocolError' })

describe('createKafkaPublisher', () => {
  it('sends through one session, one request at a time, in the order of the calls', async () => {
    const { publisher, state, timers } = setUp()
    await Promise.all([
      publisher.publish([event('1'), event('2')]),
      publisher.publish([event('3')]),
      publisher.publish([event('4', 400_000), event('5', 400_000)]),
      publisher.publish([]),
    ])
    expect(state.sent).toEqual(['1:1,2', '1:3', '1:4', '1:5'])
    expect(state.mostInFlight).toBe(1)
    expect(timers).toEqual([])
    expect(publisher.describe()).toMatchObject({ state: 'connected', lastError: null })
  })

  it('rejects when the broker fails and starts with a new producer the next time', async () => {
    const { publisher, state } = setUp()
    state.fail.push(Object.assign(new Error('Connection error'), { code: 'ECONNREFUSED' }))
    await expect(publisher.publish([event('1')])).rejects.toMatchObject({ code: 'EVENT_BROKER' })
    expect(publisher.describe()).toMatchObject({ state: 'failed' })
    expect(publisher.describe().lastError).toContain('EVENT_BROKER')
    await publisher.publish([event('1')])
    expect(state.sent).toEqual(['2:1'])
    expect(state.discarded).toEqual([1])
    expect(publisher.describe()).toMatchObject({ state: 'connected', lastError: null })
  })

  it('a failure stops the rest of the same call: nothing overtakes', async () => {
    const { publisher, state } = setUp()
    state.fail.push(null, protocol('REQUEST_TIMED_OUT'))
    const big = (id: string) => event(id, 400_000)
    await expect(publisher.publish([big('1'), big('2'), big('3')])).rejects.toMatchObject({
      code: 'EVENT_BROKER',
    })
    expect(state.sent).toEqual(['1:1'])
  })

  it.each(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH'])(
    'repeats by itself with a new producer after %s, once',
    async (type) => {
      const { publisher, state } = setUp()
      state.fail.push(protocol(type))
      await publisher.publish([event('1')])
      expect(state.sent).toEqual(['2:1'])
      state.fail.push(protocol(type), protocol(type))
      await expect(publisher.publish([event('2')])).rejects.toMatchObject({ code: 'EVENT_BROKER' })
      expect(state.discarded).toEqual([1, 2, 3])
    },
  )

  it.each([
    'UNKNOWN_TOPIC_OR_PARTITION',
    'LEADER_NOT_AVAILABLE',
    'NOT_ENOUGH_REPLICAS',
    'THROTTLING_QUOTA_EXCEEDED',
  ])('tries again by itself after %s, from where it was, when it opens and when it sends', async (type) => {
    const { publisher, state, timers } = setUp()
    const wrapped = Object.assign(new Error('retries exceeded'), { retriable: false, cause: protocol(type) })
    state.failOpen.push(wrapped)
    state.fail.push(null, wrapped, protocol(type))
    const accepted: number[] = []
    const progress = {
      sending: () => {},
      accepted: (count: number) => accepted.push(count),
      unsent: () => {},
    }
    const big = (id: string) => event(id, 400_000)
    const publishing = publisher.publish([big('1'), big('2'), big('3')], progress)
    const waits: number[] = []
    while (waits.length < 3) {
      await turn()
      const wait = timers.find(({ delayMs }) => delayMs < 5000)
      if (!wait) continue
      waits.push(wait.delayMs)
      timers.splice(timers.indexOf(wait), 1)
      wait.fn()
    }
    await publishing
    expect(waits).toEqual([200, 400, 800])
    expect(state.sent).toEqual(['2:1', '4:2', '4:3'])
    expect(accepted).toEqual([1, 2, 3])
  })

  it.each([
    'REQUEST_TIMED_OUT',
    'NETWORK_EXCEPTION',
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    'TOPIC_AUTHORIZATION_FAILED',
    'INVALID_TOPIC_EXCEPTION',
  ])('leaves %s to the outbox: it may have been stored, or never will be', async (type) => {
    const { publisher, state } = setUp()
    state.fail.push(protocol(type))
    await expect(publisher.publish([event('1')])).rejects.toMatchObject({
      code: expect.stringMatching(/^EVENT_/),
    })
    expect(state.sessions).toBe(1)
  })

  it('rejects after its time when the broker is silent, and throws the session away', async () => {
    const { publisher, state, timers } = setUp()
    state.hang = true
    const publishing = publisher.publish([event('1')])
    const seen = expect(publishing).rejects.toMatchObject({ code: 'EVENT_BROKER' })
    while (state.inFlight === 0) await turn()
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([5000])
    timers[0]!.fn()
    await seen
    expect(state.discarded).toEqual([1])
  })

  it('reports a refused login as such, from ready too', async () => {
    const { publisher, state } = setUp()
    const refused = Object.assign(new Error('bad hunter2!'), { name: 'KafkaJSSASLAuthenticationError' })
    state.failOpen.push(refused, refused)
    const error = await publisher.ready().catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'EVENT_BROKER_AUTH' })
    expect(error.message).not.toContain('hunter2')
    await expect(publisher.publish([event('1')])).rejects.toMatchObject({ code: 'EVENT_BROKER_AUTH' })
    expect(JSON.stringify(publisher.describe())).not.toContain('hunter2')
  })

  it('close ends a publish that hangs, refuses later ones and can be called twice', async () => {
    const { publisher, state } = setUp()
    state.hang = true
    const seen = expect(publisher.publish([event('1')])).rejects.toMatchObject({ code: 'EVENT_BROKER' })
    while (state.inFlight === 0) await turn()
    await publisher.close()
    await publisher.close()
    await seen
    expect(state.closed).toEqual([1])
    expect(publisher.describe().state).toBe('closed')
    await expect(publisher.publish([event('2')])).rejects.toMatchObject({ code: 'EVENT_BROKER' })
    expect(state.sessions).toBe(1)
  })

  it('refuses certificates that cannot be read before anything is sent', () => {
    const ssl = { ca: '/nowhere/ca.pem', rejectUnauthorized: true }
    expect(() =>
      createKafkaPublisher({
        kafka: { ...kafka, ssl },
        telemetry: noTelemetry,
        clock: { nowMs: () => 0, monoMs: () => 0, after: () => () => {} },
      }),
    ).toThrow(/kafka\.ssl\.ca.*\/nowhere\/ca\.pem.*ENOENT/)
  })
})

describe('unacknowledged', () => {
  it('finds the partitions that no broker answered for', () => {
    const answers = [{ topicName: 't', partition: 0, errorCode: 0 }]
    expect(unacknowledged(new Set(['t/0', 't/3']), answers)).toEqual(['t/3'])
    expect(unacknowledged(new Set(['t/0']), answers)).toEqual([])
  })
})
