import { expect, it } from 'vitest'
import type { OutboxEvent } from '../../../src/core/events.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createEventLatency } from '../../../src/event/event-latency.ts'

function setUp() {
  const observed: [string, number][] = []
  const time = { monoMs: 0 }
  const latency = createEventLatency({
    clock: { nowMs: () => 0, monoMs: () => time.monoMs, after: () => () => {} },
    telemetry: {
      ...noTelemetry,
      observe: (metric, { stage }: Record<string, string>, seconds) =>
        observed.push([`${metric} ${stage}`, seconds]),
    },
  })
  return { latency, observed, time }
}
const event = (position: number) => ({ position }) as OutboxEvent

it('times the way of an event to the disk and to the receiver, once', () => {
  const { latency, observed, time } = setUp()
  time.monoMs = 1250
  latency.stored(event(1), 1000)
  time.monoMs = 1500
  latency.sent([event(1), event(2)])
  latency.sent([event(1)])
  expect(observed).toEqual([
    ['vireo_event_latency_seconds accepted', 0.25],
    ['vireo_event_latency_seconds ack', 0.5],
  ])
})

it('forgets the oldest while the receiver is gone', () => {
  const { latency, observed } = setUp()
  for (let position = 1; position <= 5000; position += 1) latency.stored(event(position), 0)
  observed.length = 0
  latency.sent(Array.from({ length: 5000 }, (_, index) => event(index + 1)))
  expect(observed).toHaveLength(4096)
})
