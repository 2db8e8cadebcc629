import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../src/config/kafka-schema.ts'
import type { AlertPhase, AlertStep } from '../../src/core/alert.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { OutboxEvent } from '../../src/core/events.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { alertEvent } from '../../src/event/cloud-event.ts'
import { createKafkaPublisher } from '../../src/event/kafka-publisher.ts'
import { type KafkaBroker, skipKafka, startKafka } from '../support/kafka-broker.ts'

const folder = join(import.meta.dirname, '../../examples/consumers')
const none = () => {}
const telemetry: Telemetry = {
  count: none,
  gauge: none,
  observe: none,
  log: { debug: none, info: none, warn: none, error: none },
}

/** An alert's step as the outbox hands it to a publisher; times count from 10:00:00. */
function step(cameraId: string, phase: AlertPhase, score: number, over: Partial<OutboxEvent> = {}) {
  const seconds = { new: 1, update: 4, end: 12.5 }[phase]
  const startMs = Date.parse('2026-01-01T10:00:00.000Z')
  const fields: AlertStep = {
    alertId: Buffer.from(cameraId.padEnd(16)).toString('hex'),
    phase,
    seq: { new: 0, update: 1, end: 2 }[phase],
    rule: 'fall',
    label: 'falling',
    severity: 'critical',
    cameraId,
    zone: null,
    trackIds: [],
    score,
    modelName: 'actions',
    modelVersion: '1.0.0',
    configHash: 'f00d',
    epoch: 1,
    firstPtsUs: 0,
    lastPtsUs: seconds * 1e6,
    startedMs: startMs,
    lastMs: startMs + seconds * 1000,
    causeMonoMs: 0,
    endReason: phase === 'end' ? 'cleared' : null,
  }
  const event = alertEvent(fields, '/vireo/test')
  return { ...event, position: 1, acceptedMs: 0, attempts: 0, ...over } satisfies OutboxEvent
}

interface Example {
  readonly child: ChildProcess
  readonly lines: string[]
  errors(): string
  readonly ended: Promise<number | string>
}

const running: Example[] = []

function start(name: string, env: NodeJS.ProcessEnv): Example {
  const child = spawn(process.execPath, [join(folder, `${name}.ts`)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let said = ''
  createInterface(child.stdout).on('line', (line) => lines.push(line))
  child.stderr.on('data', (text) => {
    said += text
  })
  const ended = new Promise<number | string>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  )
  const example = { child, lines, errors: () => said, ended }
  running.push(example)
  return example
}

async function until(example: Example, condition: () => boolean): Promise<void> {
  const endMs = Date.now() + 60_000
  while (!condition()) {
    if (example.child.exitCode !== null) throw new Error(`the example ended: ${example.errors()}`)
    if (Date.now() > endMs)
      throw new Error(`not in 60 s; it printed ${example.lines.join('\n')}\n${example.errors()}`)
    await sleep(20)
  }
}

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

describe.skipIf(skipKafka())('consumers of the alerts topic', () => {
  let broker: KafkaBroker
  beforeAll(async () => {
    broker = await startKafka()
  })
  afterAll(() => broker?.close())

  it.each(['kafkajs', 'platformatic'])(
    '%s: prints each alert once, tells history, and goes on where it stopped',
    async (name) => {
      const suffix = randomUUID().slice(0, 8)
      const kafka = kafkaSchema.parse({
        brokers: broker.brokers,
        partitions: 1,
        compression: 'zstd',
        topics: { alerts: `alerts-${suffix}`, cameraStatus: `status-${suffix}` },
      })
      const publisher = createKafkaPublisher({ kafka, clock: systemClock, telemetry })
      const env = {
        KAFKA_BROKERS: kafka.brokers.join(),
        KAFKA_TOPIC: kafka.topics.alerts,
        KAFKA_GROUP: `group-${suffix}`,
      }
      try {
        await publisher.publish([step('gate', 'new', 0.8), step('gate', 'update', 0.9)])
        const first = start(name, env)
        await until(first, () => first.lines.length >= 2)
        const opened = step('roof', 'new', 0.5)
        const unknown = { ...opened.attributes, id: 'x1', type: 'vireo.alert.new.v2' }
        await publisher.publish([
          step('gate', 'update', 0.9, { attempts: 1 }),
          step('yard', 'new', 0.7, { attempts: 2 }),
          { ...opened, id: 'x1', attributes: unknown },
          { ...opened, dataJson: 'no JSON' },
          step('gate', 'end', 0.95),
        ])
        await until(first, () => first.lines.length >= 4)
        expect(first.lines).toEqual([
          '2026-01-01T10:00:01.000Z gate new falling 0.80',
          '2026-01-01T10:00:04.000Z gate update falling 0.90',
          '2026-01-01T10:00:01.000Z yard new falling 0.70 [history]',
          '2026-01-01T10:00:12.500Z gate end falling 0.95 after 12.5 s, cleared',
        ])
        expect(first.errors()).toContain('passed over: event x1 of type vireo.alert.new.v2\n')
        expect(first.errors()).toContain(`passed over: event ${opened.id} of type vireo.alert.new.v1\n`)
        first.child.kill('SIGTERM')
        expect(await first.ended).toBe(0)

        await publisher.publish([step('shop', 'new', 0.6)])
        const second = start(name, env)
        await until(second, () => second.lines.length >= 1)
        await publisher.publish([step('hall', 'new', 0.65)])
        await until(second, () => second.lines.length >= 2)
        expect(second.lines).toEqual([
          '2026-01-01T10:00:01.000Z shop new falling 0.60',
          '2026-01-01T10:00:01.000Z hall new falling 0.65',
        ])
        second.child.kill('SIGTERM')
        expect(await second.ended).toBe(0)
      } finally {
        await publisher.close()
      }
    },
  )
})
