// Child of the outbox bench: accepts alerts and sends them to Kafka until it is killed, or, with `drain`, until
// everything was sent. Prints the id of each alert that the store has accepted.
import { writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseConfig } from '../../../src/config/load.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { openEventStore } from '../../../src/event/event-store.ts'
import { createKafkaPublisher } from '../../../src/event/kafka/kafka-publisher.ts'
import { createOutboxSender } from '../../../src/event/outbox-sender.ts'

const [dataDir = '', broker = '', round = '0', count = '0'] = process.argv.slice(2)
const { kafka } = parseConfig(`version: 1\nkafka: { brokers: ["${broker}"] }\n`, { file: 'bench' })
const store = openEventStore({ dataDir, source: '/vireo/bench', clock: systemClock })
const publisher = createKafkaPublisher({ kafka: kafka!, clock: systemClock, telemetry: noTelemetry })
const sender = createOutboxSender({
  store,
  publisher,
  clock: systemClock,
  random: Math.random,
  telemetry: noTelemetry,
})

const step = (n: number): AlertStep => ({
  alertId: `${round.padStart(4, '0')}${String(n).padStart(28, '0')}`,
  phase: 'end',
  seq: 0,
  rule: 'bench',
  label: 'bench',
  severity: 'info',
  cameraId: `camera-${n % 7}`,
  zone: null,
  trackIds: [],
  score: 1,
  modelName: 'bench',
  modelVersion: '1',
  configHash: 'h',
  epoch: 1,
  firstPtsUs: n,
  lastPtsUs: n,
  startedMs: n,
  lastMs: n,
  causeMonoMs: 0,
  endReason: 'cleared',
})

sender.wake()
for (let n = 0; n < Number(count); n += 1) {
  const { id } = store.acceptAlert(step(n))
  writeSync(1, `${id}\n`)
  sender.wake()
  await wait(1)
}
if (round === 'drain') {
  const drained = await sender.drain(120_000)
  await sender.close()
  await publisher.close()
  store.close()
  process.exit(drained ? 0 : 1)
}
