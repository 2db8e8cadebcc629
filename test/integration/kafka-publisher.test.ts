import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Admin, ConfigResourceTypes } from '@platformatic/kafka'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../src/config/schema/kafka-schema.ts'
import type { KafkaConfig } from '../../src/config/schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { EventChannel, OutboxEvent } from '../../src/core/events.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { createKafkaPublisher, type KafkaPublisher } from '../../src/event/kafka/kafka-publisher.ts'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  createKafkaAdmin,
  ResourcePatternTypes,
} from '../support/kafka-admin.ts'
import { type KafkaBroker, skipKafka, startKafka } from '../support/kafka-broker.ts'
import { readTopic } from '../support/kafka-reader.ts'

const warnings: string[] = []
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`))

const lines: string[] = []
const line = (level: string) => (fields: object, message: string) => {
  lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
}
const telemetry: Telemetry = {
  count() {},
  gauge() {},
  observe() {},
  log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
}

const open: KafkaPublisher[] = []
function publisherTo(brokers: readonly string[], over: Record<string, unknown> = {}) {
  const name = randomUUID().slice(0, 8)
  const kafka = kafkaSchema.parse({
    brokers,
    partitions: 3,
    topics: { alerts: `alerts-${name}`, cameraStatus: `status-${name}`, clips: `clips-${name}` },
    ...over,
  })
  const publisher = createKafkaPublisher({ kafka, clock: systemClock, telemetry })
  open.push(publisher)
  return { kafka, publisher }
}

let position = 0
function eventOf(camera: string, number: number, over: Partial<OutboxEvent> = {}): OutboxEvent {
  position += 1
  const id = `${camera}-${number}`
  return {
    position,
    id,
    channel: 'alerts',
    key: camera,
    attributes: {
      specversion: '1.0',
      id,
      source: '/vireo/test',
      type: 'vireo.alert.new.v1',
      subject: camera,
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:vireo:schema:alert:v1',
    },
    dataJson: JSON.stringify({ number, label: 'fällt' }),
    acceptedMs: 0,
    attempts: 0,
    ...over,
  }
}
const cameras = ['gate', 'yard', 'hall', 'roof', 'shop']
const eventsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => eventOf(cameras[index % cameras.length]!, first + index))

/** Numbers of one camera in the order of their first appearance. */
const firstSeen = (messages: readonly { key: string; value: string }[], camera: string) => [
  ...new Set(
    messages.filter(({ key }) => key === camera).map(({ value }) => JSON.parse(value).number as number),
  ),
]
const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)

afterAll(async () => {
  await Promise.all(open.map((publisher) => publisher.close()))
})

describe.skipIf(skipKafka())('Kafka publisher with a real broker', () => {
  let broker: KafkaBroker
  beforeAll(async () => {
    broker = await startKafka()
  })
  afterAll(() => broker.close())

  it('writes CloudEvents in binary mode that another client reads', async () => {
    const { kafka, publisher } = publisherTo(broker.brokers)
    await publisher.ready()
    const status = { channel: 'camera-status' as EventChannel, attempts: 1 }
    await publisher.publish([eventOf('gate', 1), eventOf('gate', 2, status)])
    const [alert] = await readTopic(broker.innerBrokers, kafka.topics.alerts)
    expect(alert).toMatchObject({ key: 'gate', value: '{"number":1,"label":"fällt"}' })
    expect(alert!.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: 'gate-1',
      ce_source: '/vireo/test',
      ce_type: 'vireo.alert.new.v1',
      ce_subject: 'gate',
      ce_time: '2026-01-01T00:00:00.000Z',
      ce_dataschema: 'urn:vireo:schema:alert:v1',
      'content-type': 'application/json',
    })
    const [state] = await readTopic(broker.innerBrokers, kafka.topics.cameraStatus)
    expect(state!.headers).toMatchObject({ ce_id: 'gate-2', ce_replay: 'true' })
    expect(publisher.describe()).toMatchObject({ state: 'connected', lastError: null })
  })

  it('creates the topics with the settings that suit them, and leaves existing ones alone', async () => {
    const { kafka, publisher } = publisherTo(broker.brokers, { partitions: 4 })
    await publisher.ready()
    const again = publisherTo(broker.brokers, { topics: kafka.topics, partitions: 9 })
    await again.publisher.ready()
    const alerts = await topicSettings(broker.innerBrokers, kafka.topics.alerts)
    expect(alerts.partitions).toBe(4)
    expect(alerts.settings).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': String(7 * 86_400_000),
      'min.insync.replicas': '1',
    })
    const status = await topicSettings(broker.innerBrokers, kafka.topics.cameraStatus)
    expect(status.settings['cleanup.policy']).toBe('compact')
  })

  it('says that the cluster is too small for the wanted replicas', async () => {
    const { publisher } = publisherTo(broker.brokers, { replicationFactor: 99 })
    await expect(publisher.ready()).rejects.toMatchObject({
      code: 'EVENT_BROKER',
      message: expect.stringContaining('kafka.replicationFactor is 99'),
    })
  })

  it.each(['none', 'gzip', 'zstd'] as const)(
    'keeps the order of every camera over many calls, compression %s',
    async (compression) => {
      const { kafka, publisher } = publisherTo(broker.brokers, { compression })
      const all = eventsFrom(0, 1000)
      const calls: Promise<void>[] = []
      for (let at = 0; at < all.length; at += 100) calls.push(publisher.publish(all.slice(at, at + 100)))
      await Promise.all(calls)
      const messages = await readTopic(broker.innerBrokers, kafka.topics.alerts)
      expect(messages).toHaveLength(1000)
      for (const camera of cameras) {
        const mine = messages.filter(({ key }) => key === camera)
        expect(new Set(mine.map(({ partition }) => partition)).size).toBe(1)
        expect(mine.map(({ value }) => JSON.parse(value).number)).toEqual(
          all.filter(({ key }) => key === camera).map(({ dataJson }) => JSON.parse(dataJson).number),
        )
      }
    },
  )

  it('recovers by itself when the topic is deleted and made again', async () => {
    const { kafka, publisher } = publisherTo(broker.brokers)
    await publisher.publish(eventsFrom(0, 50))
    const admin = adminOf(broker.innerBrokers)
    await admin.deleteTopics({ topics: [kafka.topics.alerts] })
    await admin.close()
    await untilPublished(publisher, eventsFrom(50, 50))
    const messages = await readTopic(broker.innerBrokers, kafka.topics.alerts)
    expect(ascending(messages.map(({ value }) => JSON.parse(value).number))).toEqual(
      Array.from({ length: 50 }, (_, index) => 50 + index),
    )
  })

  it('causes no warning of the process', () => {
    expect(warnings.filter((warning) => warning.includes('Timeout'))).toEqual([])
  })
})

describe.skipIf(skipKafka('control'))('Kafka publisher when the broker goes away', () => {
  let broker: KafkaBroker
  beforeAll(async () => {
    broker = await startKafka()
  })
  afterAll(() => broker.close())

  it('loses nothing and keeps the order when the broker is killed in mid-stream, twice', async () => {
    const { kafka, publisher } = publisherTo(broker.brokers)
    await publisher.ready()
    const all = eventsFrom(0, 4000)
    let failures = 0
    const sending = (async () => {
      for (let at = 0; at < all.length; at += 20)
        failures += await untilPublished(publisher, all.slice(at, at + 20))
    })()
    for (const wanted of [400, 1600]) {
      await until(async () => (await countOf(broker, kafka.topics.alerts)) >= wanted)
      await broker.stop('SIGKILL')
      await until(async () => publisher.describe().state === 'failed')
      await broker.start()
    }
    await sending
    expect(failures).toBeGreaterThan(0)
    const messages = await readTopic(broker.innerBrokers, kafka.topics.alerts)
    const ids = new Set(messages.map(({ headers }) => headers.ce_id))
    expect(ids.size).toBe(all.length)
    for (const camera of cameras) {
      const seen = firstSeen(messages, camera)
      expect(seen).toEqual(ascending(seen))
    }
    const bodies = new Map<string, string>()
    for (const { headers, value } of messages) {
      expect(bodies.get(headers.ce_id!) ?? value).toBe(value)
      bodies.set(headers.ce_id!, value)
    }
  })

  it('rejects in bounded time while the broker is frozen, and sends when it thaws', async () => {
    const { kafka, publisher } = publisherTo(broker.brokers)
    await publisher.publish([eventOf('gate', 1)])
    broker.pause()
    const startedMs = performance.now()
    await expect(publisher.publish([eventOf('gate', 2)])).rejects.toMatchObject({ code: 'EVENT_BROKER' })
    expect(performance.now() - startedMs).toBeLessThan(14_000)
    broker.resume()
    await untilPublished(publisher, [eventOf('gate', 2, { attempts: 1 })])
    const messages = await readTopic(broker.innerBrokers, kafka.topics.alerts)
    expect(firstSeen(messages, 'gate')).toEqual([1, 2])
  })

  it('closes quickly while nothing answers', async () => {
    const { publisher } = publisherTo(broker.brokers)
    await publisher.ready()
    broker.pause()
    const publishing = expect(publisher.publish([eventOf('gate', 1)])).rejects.toMatchObject({
      code: 'EVENT_BROKER',
    })
    const startedMs = performance.now()
    await publisher.close()
    await publishing
    expect(performance.now() - startedMs).toBeLessThan(3000)
    broker.resume()
  })

  it("is read by Kafka's own console consumer", async () => {
    const { kafka, publisher } = publisherTo(broker.brokers, { compression: 'zstd' })
    await publisher.publish([eventOf('gate', 1)])
    const [read] = broker.consoleConsumer(kafka.topics.alerts, 1)
    expect(read).toContain('ce_id:gate-1')
    expect(read).toContain('content-type:application/json')
    expect(read).toMatch(/\tgate\t\{"number":1,"label":"fällt"\}$/)
  })

  it.each(['none', 'gzip', 'zstd'])('writes %s batches of an idempotent producer', async (compression) => {
    const { kafka, publisher } = publisherTo(broker.brokers, { compression })
    await publisher.publish(eventsFrom(0, 100))
    const batches = broker.batches(kafka.topics.alerts)
    expect(batches.length).toBeGreaterThan(0)
    for (const { codec, producerId } of batches) {
      expect(codec).toBe(compression)
      expect(producerId).toBeGreaterThanOrEqual(0)
    }
  })

  it('says where nothing listens', async () => {
    const { publisher } = publisherTo(['127.0.0.1:1'])
    const error = await publisher.ready().catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'EVENT_BROKER', retry: true })
    expect(error.message).toContain('127.0.0.1:1')
  })
})

const password = 'pa55-w0rd'
const user = (mechanism: string, secret = password) => ({ mechanism, username: 'vireo', password: secret })

describe.skipIf(skipKafka('tls'))('Kafka publisher with TLS and SASL', () => {
  let broker: KafkaBroker
  beforeAll(async () => {
    broker = await startKafka({ tls: true, sasl: { username: 'vireo', password } })
  })
  afterAll(() => broker.close())
  const ssl = () => ({ ca: broker.certificates!.ca })

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'logs in with %s, authority by path',
    async (mechanism) => {
      const { kafka, publisher } = publisherTo(broker.brokers, { ssl: ssl(), sasl: user(mechanism) })
      await publisher.publish([eventOf('gate', 1)])
      expect(await readTopic(broker.innerBrokers, kafka.topics.alerts)).toHaveLength(1)
    },
  )

  it('takes the authority as PEM text', async () => {
    const ca = readFileSync(broker.certificates!.ca, 'utf8')
    const { publisher } = publisherTo(broker.brokers, { ssl: { ca }, sasl: user('scram-sha-512') })
    await publisher.ready()
  })

  it.each(['plain', 'scram-sha-256'])('reports a wrong password for %s without it', async (mechanism) => {
    lines.length = 0
    const { publisher } = publisherTo(broker.brokers, { ssl: ssl(), sasl: user(mechanism, 'wr0ng-secret') })
    const error = await publisher.ready().catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'EVENT_BROKER_AUTH' })
    expect(error.message).toContain('kafka.sasl')
    expect(lines.length).toBeGreaterThan(0)
    const said = `${error.message} ${JSON.stringify(error.details)} ${lines.join()}`
    expect(said).not.toContain('wr0ng-secret')
  })

  it('refuses a certificate of an authority that it does not know', async () => {
    const { publisher } = publisherTo(broker.brokers, { ssl: true, sasl: user('plain') })
    await expect(publisher.ready()).rejects.toMatchObject({
      code: 'EVENT_BROKER_AUTH',
      message: expect.stringContaining('kafka.ssl.ca'),
    })
  })

  it('says so when the port wants TLS and the configuration does not', async () => {
    const { publisher } = publisherTo(broker.brokers)
    await expect(publisher.ready()).rejects.toMatchObject({ code: 'EVENT_BROKER' })
  })

  it('says so when the port speaks no TLS', async () => {
    const { publisher } = publisherTo(broker.innerBrokers, { ssl: ssl() })
    await expect(publisher.ready()).rejects.toMatchObject({
      message: expect.stringContaining(broker.innerBrokers[0]!),
    })
  })
})

describe.skipIf(skipKafka('tls'))('Kafka publisher with client certificates and without rights', () => {
  let broker: KafkaBroker
  beforeAll(async () => {
    broker = await startKafka({ tls: 'mutual', denyAll: true })
  })
  afterAll(() => broker.close())
  const ssl = () => {
    const { ca, clientCert, clientKey } = broker.certificates!
    return { ca, cert: clientCert, key: clientKey }
  }

  it('is refused without a client certificate', async () => {
    const { publisher } = publisherTo(broker.brokers, { ssl: { ca: broker.certificates!.ca } })
    await expect(publisher.ready()).rejects.toMatchObject({
      code: 'EVENT_BROKER_AUTH',
      message: expect.stringContaining('kafka.ssl.cert'),
    })
  })

  it('names the missing topic that it may not create', async () => {
    const { kafka, publisher } = publisherTo(broker.brokers, { ssl: ssl() })
    await expect(publisher.ready()).rejects.toMatchObject({
      code: 'EVENT_BROKER_AUTH',
      message: expect.stringContaining(kafka.topics.alerts),
    })
  })

  it('needs no right to create when the topics exist', async () => {
    const { kafka, publisher } = publisherTo(broker.brokers, { ssl: ssl() })
    await grantWrite(broker, kafka)
    await untilPublished(publisher, [eventOf('gate', 1)])
    expect(await readTopic(broker.innerBrokers, kafka.topics.alerts)).toHaveLength(1)
  })
})

function adminOf(brokers: readonly string[]) {
  return new Admin({ clientId: 'vireo-test', bootstrapBrokers: [...brokers] })
}

async function topicSettings(brokers: readonly string[], topic: string) {
  const admin = adminOf(brokers)
  try {
    const metadata = await admin.metadata({ topics: [topic] })
    const [described] = await admin.describeConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }],
    })
    return {
      partitions: metadata.topics.get(topic)!.partitions.length,
      settings: Object.fromEntries(described!.configs.map(({ name, value }) => [name, value])),
    }
  } finally {
    await admin.close()
  }
}

/** Creates the topics as the administrator and lets everybody write to them. */
async function grantWrite(broker: KafkaBroker, { topics }: KafkaConfig): Promise<void> {
  const admin = createKafkaAdmin(broker.innerBrokers)
  await admin.connect()
  const names = Object.values(topics)
  await admin.createTopics({ topics: names.map((topic) => ({ topic, numPartitions: 1 })) })
  await admin.createAcls({
    acl: names.map((resourceName) => ({
      resourceType: AclResourceTypes.TOPIC,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:*',
      host: '*',
      operation: AclOperationTypes.WRITE,
      permissionType: AclPermissionTypes.ALLOW,
    })),
  })
  await admin.disconnect()
}

async function countOf(broker: KafkaBroker, topic: string): Promise<number> {
  const admin = createKafkaAdmin(broker.innerBrokers)
  await admin.connect()
  const offsets = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  return offsets.reduce((sum, { offset }) => sum + Number(offset), 0)
}

/** As the outbox does: the same events again until they are taken. Resolves with the number of failures. */
async function untilPublished(publisher: KafkaPublisher, events: readonly OutboxEvent[]): Promise<number> {
  const endMs = Date.now() + 60_000
  for (let failures = 0; ; failures += 1) {
    try {
      await publisher.publish(events.map((one) => ({ ...one, attempts: failures })))
      return failures
    } catch (thrown) {
      if (Date.now() > endMs) throw thrown
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error('the condition did not come true within 60 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
