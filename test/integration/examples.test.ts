import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../src/config/schema/kafka-schema.ts'
import { webhookSchema } from '../../src/config/schema/webhook-schema.ts'
import type { AlertPhase } from '../../src/core/alert.ts'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import type { OutboxEvent } from '../../src/core/events.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { alertEvent } from '../../src/event/cloud-event.ts'
import { createKafkaPublisher } from '../../src/event/kafka/kafka-publisher.ts'
import { createWebhookPublisher } from '../../src/event/webhook/webhook-publisher.ts'
import { type KafkaBroker, skipKafka, startKafka } from '../support/kafka-broker.ts'
import { kafkaClassPath, runsJavaSource } from '../support/kafka-jars.ts'
import { pythonWithClient } from '../support/python-client.ts'
import { sampleStep } from '../support/sample-step.ts'

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
  const fields = sampleStep({
    alertId: Buffer.from(cameraId.padEnd(16)).toString('hex'),
    cameraId,
    phase,
    score,
    seq: { new: 0, update: 1, end: 2 }[phase],
    lastPtsUs: seconds * 1e6,
    startedMs: startMs,
    lastMs: startMs + seconds * 1000,
    endReason: phase === 'end' ? 'cleared' : null,
  })
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

const python = pythonWithClient()
/** How each example is started; null where this machine cannot. */
const commands: Record<string, readonly string[] | null> = {
  python: python === null ? null : [python, join(folder, 'python/alert_log.py')],
  java: runsJavaSource() ? ['java', '-cp', kafkaClassPath(), join(folder, 'java/AlertLog.java')] : null,
}

function start(name: string, env: NodeJS.ProcessEnv): Example {
  const [program, ...args] = commands[name] ?? [process.execPath, join(folder, `${name}.ts`)]
  const child = spawn(program!, args, {
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

  it.for(['kafkajs', 'platformatic', 'python', 'java'])(
    '%s: prints each alert once, tells history, and goes on where it stopped',
    async (name, { skip }) => {
      if (commands[name] === null)
        skip(`this machine lacks what the ${name} example needs; see the set-up's lines`)
      const suffix = randomUUID().slice(0, 8)
      const kafka = kafkaSchema.parse({
        brokers: broker.brokers,
        partitions: 1,
        compression: 'zstd',
        topics: { alerts: `alerts-${suffix}`, cameraStatus: `status-${suffix}`, clips: `clips-${suffix}` },
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

describe('receiver of a webhook', () => {
  const secret = 'a secret of the tests'
  let receiver: Example
  let url: string
  beforeEach(async () => {
    receiver = start('webhook-receiver', { WEBHOOK_SECRET: secret, PORT: '0' })
    await until(receiver, () => receiver.lines.length > 0)
    url = /http:\S+/.exec(receiver.lines.shift()!)![0]
  })
  const clockAt = (shiftMs: number): Clock => ({ ...systemClock, nowMs: () => Date.now() + shiftMs })
  const publisher = (over: Record<string, unknown> = {}, shiftMs = 0) =>
    createWebhookPublisher({
      webhook: webhookSchema.parse(presentFields({ name: 'test', url, secret, ...over })),
      clock: clockAt(shiftMs),
    })

  it('prints each alert once and tells history, and stops on SIGTERM', async () => {
    await publisher().publish([step('gate', 'new', 0.8), step('gate', 'update', 0.9)])
    await publisher().publish([
      step('gate', 'update', 0.9, { attempts: 1 }),
      step('yard', 'new', 0.7, { attempts: 2 }),
    ])
    await until(receiver, () => receiver.lines.length >= 3)
    receiver.child.kill('SIGTERM')
    expect(await receiver.ended).toBe(0)
    expect(receiver.lines).toEqual([
      '2026-01-01T10:00:01.000Z gate new falling 0.80',
      '2026-01-01T10:00:04.000Z gate update falling 0.90',
      '2026-01-01T10:00:01.000Z yard new falling 0.70 [history]',
    ])
  })

  const minuteMs = 60_000
  it.each([
    ['another secret', { secret: 'what somebody else knows' }, 0, 401],
    ['no signature', { secret: undefined }, 0, 401],
    ['a request of six minutes ago', {}, -6 * minuteMs, 401],
    ['a request of in six minutes', {}, 6 * minuteMs, 401],
    ['a request of four minutes ago', {}, -4 * minuteMs, 204],
  ])('%s', async (_case, over, shiftMs, status) => {
    const sending = publisher(over, shiftMs).publish([step('gate', 'new', 0.8)])
    if (status === 204) await sending
    else await expect(sending).rejects.toMatchObject({ code: 'EVENT_WEBHOOK', details: { status } })
    receiver.child.kill('SIGTERM')
    await receiver.ended
    expect(receiver.lines).toHaveLength(status === 204 ? 1 : 0)
  })

  it.each([
    ['a changed body', (body: string) => body.replace('gate', 'yard'), 401],
    [
      'a changed time',
      (body: string) => body,
      401,
      (header: string) => header.replace(/\d(?=,)/, (digit) => String((Number(digit) + 1) % 10)),
    ],
    ['a signature of another length', (body: string) => body, 401, (header: string) => header.slice(0, -2)],
    ['what was signed', (body: string) => body, 204],
  ])('%s', async (_case, changeBody, status, changeHeader = (header: string) => header) => {
    const answers: number[] = []
    const meddling: typeof fetch = async (_url, init) => {
      const headers = new Headers(init?.headers)
      headers.set('vireo-signature', changeHeader(headers.get('vireo-signature')!))
      const answer = await fetch(url, { ...init, headers, body: changeBody(String(init?.body)) })
      answers.push(answer.status)
      return answer
    }
    const webhook = webhookSchema.parse({ name: 'test', url, secret })
    await createWebhookPublisher({ webhook, clock: systemClock, fetch: meddling })
      .publish([step('gate', 'new', 0.8)])
      .catch(() => {})
    expect(answers).toEqual([status])
  })

  it('refuses what is too large, no post or no batch of events', async () => {
    const post = async (body: string) => {
      const seconds = Math.floor(Date.now() / 1000)
      const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
      const headers = { 'vireo-signature': `t=${seconds},v1=${signature}` }
      return (await fetch(url, { method: 'POST', body, headers })).status
    }
    expect(await post(' '.repeat(5 * 1024 * 1024))).toBe(413)
    expect(await post('{}')).toBe(400)
    expect(await post('[null]')).toBe(400)
    expect((await fetch(url)).status).toBe(405)
    expect(await post('[]')).toBe(204)
  })
})
