import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboxEvent } from '../../../../src/core/events.ts'
import { alertEvent } from '../../../../src/event/cloud-event.ts'
import { kafkaChunks, kafkaMessage } from '../../../../src/event/kafka/kafka-message.ts'
import { sampleStep } from '../../../support/sample-step.ts'

const topics = { alerts: 'a', cameraStatus: 's', clips: 'c' }

function outboxEvent(over: Partial<OutboxEvent> = {}): OutboxEvent {
  return {
    position: 1,
    id: 'id-1',
    channel: 'alerts',
    key: 'gate',
    attributes: { specversion: '1.0', id: 'id-1' },
    dataJson: '{"score":0.9}',
    acceptedMs: 0,
    attempts: 0,
    ...over,
  }
}

describe('kafkaMessage', () => {
  it('maps a real alert event to CloudEvents binary mode', () => {
    const made = alertEvent(sampleStep({ alertId: 'a1', startedMs: 0, lastMs: 1000 }), '/vireo/test')
    const message = kafkaMessage(outboxEvent({ attributes: made.attributes, dataJson: made.dataJson }))
    expect(message.key).toBe('gate')
    expect(message.value).toBe(made.dataJson)
    expect(message.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: made.id,
      ce_source: '/vireo/test',
      ce_type: 'vireo.alert.new.v1',
      ce_subject: 'gate',
      ce_time: '1970-01-01T00:00:01.000Z',
      ce_dataschema: 'urn:vireo:schema:alert:v1',
      'content-type': 'application/json',
    })
  })

  it('marks an event that was handed out before as a replay, and only such a one', () => {
    expect(kafkaMessage(outboxEvent({ attempts: 1 })).headers).toHaveProperty('ce_replay', 'true')
    expect(kafkaMessage(outboxEvent()).headers).not.toHaveProperty('ce_replay')
  })
})

describe('kafkaChunks', () => {
  it('keeps every event once and the order within a topic, whatever the sizes', () => {
    const event = fc.record({ bytes: fc.integer({ min: 1, max: 400_000 }), status: fc.boolean() })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (shapes) => {
        const events = shapes.map(({ bytes, status }, position) =>
          outboxEvent({
            position,
            channel: status ? 'camera-status' : 'alerts',
            attributes: { id: String(position) },
            dataJson: 'x'.repeat(bytes),
          }),
        )
        const sent = kafkaChunks(events, topics).flat()
        for (const [topic, channel] of [
          ['a', 'alerts'],
          ['s', 'camera-status'],
        ]) {
          const ids = sent
            .filter((batch) => batch.topic === topic)
            .flatMap(({ messages }) => messages.map(({ headers }) => headers?.ce_id))
          expect(ids).toEqual(
            events.filter((one) => one.channel === channel).map(({ position }) => String(position)),
          )
        }
      }),
    )
  })

  it('splits what would exceed a request, and lets one big event pass alone', () => {
    const small = outboxEvent({ dataJson: 'x'.repeat(200_000) })
    const big = outboxEvent({ dataJson: 'x'.repeat(900_000) })
    const sizes = (events: OutboxEvent[]) =>
      kafkaChunks(events, topics).map((chunk) => chunk.flatMap(({ messages }) => messages).length)
    expect(sizes([small, small, small, small])).toEqual([2, 2])
    expect(sizes([small, big, small])).toEqual([1, 1, 1])
    expect(sizes([])).toEqual([])
  })
})
