import { readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Aedes, type AedesOptions } from 'aedes'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { mqttSchema } from '../../src/config/schema/mqtt-schema.ts'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import type { OutboxEvent } from '../../src/core/events.ts'
import { noTelemetry, type Telemetry } from '../../src/core/telemetry-port.ts'
import { createMqttPublisher } from '../../src/event/mqtt/mqtt-publisher.ts'
import { makeCertificates } from '../support/kafka-certificates.ts'
import { listen } from '../support/listen.ts'
import { tempDir } from '../support/temp-dir.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

interface Received {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

/** A real broker on a port of its own; it can go away and come back on the same port. */
async function startBroker(
  options: AedesOptions & { port?: number; tls?: { key: string; cert: string } } = {},
) {
  const { port = 0, tls, ...rest } = options
  const broker = await Aedes.createBroker(rest)
  const sockets = new Set<Socket>()
  const accept = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    broker.handle(socket)
  }
  const server: Server = tls ? createTlsServer(tls, accept) : createServer(accept)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const stop = async () => {
    const stopped = new Promise((resolve) => server.close(resolve))
    cut()
    await stopped
    await new Promise<void>((resolve) => broker.close(resolve))
  }
  cleanUps.push(() => (server.listening ? stop() : undefined))
  return { broker, port: (server.address() as AddressInfo).port, stop, cut }
}

/** A reader with mqtt.js that remembers everything; `last` is what a late subscriber would find. */
async function startReader(port: number, filter = '#') {
  const client: MqttClient = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0 })
  const received: Received[] = []
  client.on('error', () => {})
  client.on('message', (topic, payload, { retain }) =>
    received.push({ topic, payload: payload.toString(), retain }),
  )
  await client.subscribeAsync(filter, { qos: 1 })
  cleanUps.push(() => client.endAsync(true))
  const of = (topic: string) => received.filter((message) => message.topic === topic)
  return { client, received, of, last: (topic: string) => of(topic).at(-1)?.payload }
}

const labels = ['falling', 'Picks up!']

function startPublisher(
  port: number,
  more: { mqtt?: object; url?: string; cameras?: string[]; clock?: Clock; telemetry?: Telemetry } = {},
) {
  const { mqtt = {}, url = `mqtt://127.0.0.1:${port}`, cameras = ['gate'] } = more
  const publisher = createMqttPublisher({
    mqtt: mqttSchema.parse({ url, ...mqtt }),
    cameras: cameras.map((id) => ({ id })),
    labels,
    nodeName: 'north',
    clock: more.clock ?? systemClock,
    telemetry: more.telemetry ?? noTelemetry,
  })
  cleanUps.push(() => publisher.close())
  return publisher
}

let position = 0
const event = (more: Partial<OutboxEvent> & { data?: object } = {}): OutboxEvent => {
  position += 1
  const { data = {}, ...rest } = more
  return {
    position,
    id: `e${position}`,
    channel: 'alerts',
    key: 'gate',
    attributes: { specversion: '1.0', id: `e${position}`, type: 'vireo.alert.new.v1' },
    dataJson: JSON.stringify({ alertId: 'a', phase: 'new', label: 'falling', ...data }),
    acceptedMs: Date.now() + 1000,
    attempts: 0,
    ...rest,
  }
}
const status = (state: string, key = 'gate') =>
  event({ channel: 'camera-status', key, dataJson: JSON.stringify({ cameraId: key, state, picture: 'ok' }) })

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 })

describe('MQTT publisher', () => {
  it('has every event acknowledged, in order, replays marked', async () => {
    const { broker, port } = await startBroker()
    let acknowledged = 0
    const reader = await startReader(port, 'vireo/north/+/alert')
    broker.authorizePublish = (_client, packet, done) => {
      if (!packet.topic.endsWith('/alert')) return done(null)
      // Late acknowledgements: publish must wait for all of them.
      expect(packet.qos).toBe(1)
      setTimeout(() => {
        acknowledged += 1
        done(null)
      }, 20)
    }
    const events = Array.from({ length: 60 }, (_, n) =>
      event({ key: n % 2 ? 'gate' : 'yard', attempts: n < 3 ? 1 : 0 }),
    )
    await startPublisher(port, { cameras: ['gate', 'yard'] }).publish(events)
    expect(acknowledged).toBe(60)
    await until(() => expect(reader.received).toHaveLength(60))
    for (const camera of ['gate', 'yard']) {
      const sent = reader.of(`vireo/north/${camera}/alert`)
      expect(sent.map(({ payload }) => JSON.parse(payload).id)).toEqual(
        events.filter(({ key }) => key === camera).map(({ id }) => id),
      )
      expect(sent.every(({ retain }) => !retain)).toBe(true)
    }
    const first = JSON.parse(reader.of('vireo/north/yard/alert')[0]!.payload)
    expect(first).toEqual({
      ...events[0]!.attributes,
      replay: 'true',
      data: { alertId: 'a', phase: 'new', label: 'falling' },
    })
    expect(JSON.parse(reader.of('vireo/north/gate/alert')[5]!.payload)).not.toHaveProperty('replay')
  })

  it('retains the latest status, and only of cameras that there are', async () => {
    const { port } = await startBroker()
    const publisher = startPublisher(port)
    await publisher.publish([status('connecting'), status('live'), status('offline', 'removed')])
    const late = await startReader(port, 'vireo/#')
    await until(() => expect(late.last('vireo/north/availability')).toBe('online'))
    expect(late.of('vireo/north/gate/status')).toHaveLength(1)
    expect(JSON.parse(late.last('vireo/north/gate/status')!).data.state).toBe('live')
    expect(late.of('vireo/north/removed/status')).toEqual([])
  })

  it('rejects in time while the broker is down, and works when it is back', async () => {
    const { port, stop } = await startBroker()
    const publisher = startPublisher(port)
    await publisher.publish([event()])
    await stop()
    await until(async () =>
      expect(await publisher.publish([event()]).catch((error) => error)).toMatchObject({
        code: 'EVENT_MQTT',
        retry: true,
        message: `the MQTT broker at 127.0.0.1:${port} cannot be reached (ECONNREFUSED)`,
      }),
    )
    await startBroker({ port })
    const reader = await startReader(port, 'vireo/north/gate/alert')
    const again = event()
    await publisher.publish([again])
    await until(() => expect(reader.received).toHaveLength(1))
    expect(JSON.parse(reader.received[0]!.payload).id).toBe(again.id)
  })

  it.each([
    ['accept the connection', { connectTimeoutMs: 200 }, false],
    ['acknowledge a message', { ackTimeoutMs: 200 }, true],
  ])('rejects in time when a broker that listens does not %s', async (what, mqtt, speaks) => {
    const { broker, port } = await startBroker()
    const frozen = createServer(() => {})
    await listen(frozen)
    cleanUps.push(() => frozen.close())
    if (speaks)
      broker.authorizePublish = (_client, { topic }, done) => void (topic.endsWith('/alert') || done(null))
    const at = speaks ? port : (frozen.address() as AddressInfo).port
    const startedMs = performance.now()
    await expect(startPublisher(at, { mqtt }).publish([event()])).rejects.toMatchObject({
      code: 'EVENT_MQTT',
      message: `the MQTT broker at 127.0.0.1:${at} did not ${what} in 0.2 s`,
    })
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })

  it('says that the login is refused, without secrets', async () => {
    const { port } = await startBroker({
      authenticate: (_client, username, password, done) =>
        username === 'vireo' && password?.toString() === 'right'
          ? done(null, true)
          : done(Object.assign(new Error('no'), { returnCode: 4 }), null),
    })
    const refused = [
      startPublisher(port, { mqtt: { username: 'vireo', password: 'hunter2' } }),
      startPublisher(port, { url: `mqtt://someone:hunter2@127.0.0.1:${port}` }),
    ]
    for (const publisher of refused) {
      const error = await publisher.publish([event()]).catch((thrown) => thrown)
      expect(error.message).toBe(
        `the MQTT broker at 127.0.0.1:${port} refuses the user name or password; check mqtt.username and mqtt.password`,
      )
      expect(error).toMatchObject({ code: 'EVENT_MQTT', details: { reason: 4 } })
      expect(JSON.stringify([error, String(error.stack), error.cause])).not.toMatch(/hunter2|someone/)
    }
    await startPublisher(port, { url: `mqtt://vireo:right@127.0.0.1:${port}` }).publish([event()])
  })

  it('is offline on the broker when the connection breaks, and online again by itself', async () => {
    const { broker, port } = await startBroker()
    const reader = await startReader(port, 'vireo/north/availability')
    const lost: string[] = []
    const log = { ...noTelemetry.log, warn: (_fields: object, message: string) => void lost.push(message) }
    const publisher = startPublisher(port, { telemetry: { ...noTelemetry, log } })
    await publisher.publish([event()])
    await until(() => expect(reader.last('vireo/north/availability')).toBe('online'))
    const { clients } = broker as unknown as { clients: Record<string, { conn: Socket }> }
    clients['vireo-north']!.conn.destroy()
    await until(() =>
      expect(reader.received.map(({ payload }) => payload)).toEqual(['online', 'offline', 'online']),
    )
    expect(lost).toEqual([expect.stringContaining('the connection is lost')])
    await publisher.close()
    await until(() => expect(reader.last('vireo/north/availability')).toBe('offline'))
    const late = await startReader(port, 'vireo/north/availability')
    await until(() => expect(late.received[0]).toMatchObject({ payload: 'offline', retain: true }))
    expect(reader.received).toHaveLength(4)
  })

  it('speaks TLS with brokers whose certificate it can check, and with no other', async () => {
    const folder = tempDir('mqtt')
    cleanUps.push(() => rmSync(folder, { recursive: true }))
    const { ca, brokerStore } = makeCertificates(folder)
    const pem = readFileSync(brokerStore, 'utf8')
    const { port } = await startBroker({ tls: { key: pem, cert: pem } })
    const url = `mqtts://localhost:${port}`
    await startPublisher(port, { url, mqtt: { tls: { ca } } }).publish([event()])
    await expect(startPublisher(port, { url }).publish([event()])).rejects.toThrow(
      /has a certificate that is not accepted \(\w+\); see mqtt.tls.ca/,
    )
    await startPublisher(port, { url, mqtt: { tls: { rejectUnauthorized: false } } }).publish([event()])
  })
})

describe('Home Assistant over MQTT', () => {
  const discovery = 'homeassistant/binary_sensor/vireo_north/gate_label_falling/config'
  const configs = (received: readonly Received[]) =>
    received.filter(({ topic, payload }) => /^homeassistant\/.*\/config$/.test(topic) && payload !== '')

  it('finds every camera and label, and again when it restarts', async () => {
    const { port } = await startBroker()
    const reader = await startReader(port)
    await startPublisher(port, { cameras: ['gate', 'yard'] }).publish([event()])
    await until(() => expect(configs(reader.received)).toHaveLength(10))
    expect(JSON.parse(reader.last(discovery)!)).toMatchObject({
      name: 'falling',
      unique_id: 'vireo_north_gate_label_falling',
      state_topic: 'vireo/north/gate/label/falling',
      availability_topic: 'vireo/north/availability',
      device: { identifiers: ['vireo_north_gate'] },
    })
    await until(() => expect(reader.last('vireo/north/yard/label/picks-up')).toBe('OFF'))
    await reader.client.publishAsync('homeassistant/status', 'offline')
    await reader.client.publishAsync('homeassistant/status', 'online')
    await until(() => expect(configs(reader.received)).toHaveLength(20))
    const late = await startReader(port, 'homeassistant/#')
    await until(() => expect(configs(late.received)).toHaveLength(10))
  })

  it('shows a label as ON from the first open alert to the end of the last', async () => {
    const { port } = await startBroker()
    const publisher = startPublisher(port)
    const step = (alertId: string, phase: string) => event({ data: { alertId, phase } })
    const reader = await startReader(port, 'vireo/north/gate/label/falling')
    await publisher.publish([event({ channel: 'clips' }), step('a', 'new'), step('b', 'new')])
    await publisher.publish([step('a', 'update'), step('a', 'end')])
    await until(() => expect(reader.last('vireo/north/gate/label/falling')).toBe('ON'))
    await publisher.publish([step('b', 'end')])
    const late = await startReader(port, 'vireo/north/gate/label/+')
    await until(() => expect(late.last('vireo/north/gate/label/falling')).toBe('OFF'))
    expect(late.of('vireo/north/gate/label/falling')[0]).toMatchObject({ retain: true })
  })

  it('has ON again after a broker that forgot everything came back', async () => {
    const { port, stop } = await startBroker()
    const publisher = startPublisher(port)
    await publisher.publish([event()])
    await stop()
    await startBroker({ port })
    const reader = await startReader(port)
    await until(() => expect(reader.last('vireo/north/gate/label/falling')).toBe('ON'))
    await until(() => expect(reader.last('vireo/north/gate/label/picks-up')).toBe('OFF'))
    expect(reader.last(discovery)).toContain('vireo_north_gate_label_falling')
  })

  it('has the status of every camera again after a broker that forgot everything came back', async () => {
    const { port, stop } = await startBroker()
    const publisher = startPublisher(port, { cameras: ['gate', 'yard', 'new'] })
    await publisher.publish([
      status('connecting'),
      status('live'),
      status('offline', 'yard'),
      status('live', 'gone'),
    ])
    await stop()
    await startBroker({ port })
    const reader = await startReader(port)
    const stateOf = (camera: string) =>
      JSON.parse(reader.last(`vireo/north/${camera}/status`) ?? '{}').data?.state
    await until(() => expect([stateOf('gate'), stateOf('yard')]).toEqual(['live', 'offline']))
    expect(JSON.parse(reader.last('vireo/north/gate/status')!).replay).toBe('true')
    await until(() => expect(reader.last('vireo/north/new/label/falling')).toBe('OFF'))
    expect(reader.of('vireo/north/new/status')).toEqual([])
    expect(reader.of('vireo/north/gone/status')).toEqual([])
    // What comes later is not undone by it.
    await publisher.publish([status('stalled')])
    await until(() => expect(stateOf('gate')).toBe('stalled'))
  })

  it('hears the status of every camera again when Home Assistant starts', async () => {
    const { port } = await startBroker()
    const reader = await startReader(port)
    await startPublisher(port).publish([status('live')])
    await until(() => expect(configs(reader.received)).toHaveLength(5))
    const before = reader.of('vireo/north/gate/status').length
    await until(() => expect(reader.of('vireo/north/gate/label/picks-up').length).toBeGreaterThan(0))
    await reader.client.publishAsync('homeassistant/status', 'online')
    await until(() => expect(reader.of('vireo/north/gate/status').length).toBeGreaterThan(before))
    expect(JSON.parse(reader.last('vireo/north/gate/status')!).data.state).toBe('live')
  })

  it('gets labels that rules bring while it runs, and loses those that go', async () => {
    const { port } = await startBroker()
    const publisher = startPublisher(port)
    await publisher.publish([event()])
    const reader = await startReader(port)
    await until(() => expect(reader.last('vireo/north/gate/label/picks-up')).toBe('OFF'))
    publisher.setSite({ cameras: [{ id: 'gate' }], labels: ['falling', 'intrusion'] })
    await until(() => expect(reader.last('vireo/north/gate/label/intrusion')).toBe('OFF'))
    await until(() => expect(reader.last('vireo/north/gate/label/picks-up')).toBe(''))
    expect(reader.last('vireo/north/gate/label/falling')).toBe('ON')
    await publisher.publish([event({ data: { alertId: 'i', label: 'intrusion' } })])
    await until(() => expect(reader.last('vireo/north/gate/label/intrusion')).toBe('ON'))
    const late = await startReader(port)
    await until(() => expect(late.last('vireo/north/gate/label/intrusion')).toBe('ON'))
    expect(late.received.filter(({ topic }) => topic.includes('picks'))).toEqual([])
  })

  it('loses cameras that are removed while it runs, and gets new ones', async () => {
    const { port } = await startBroker()
    const publisher = startPublisher(port, { cameras: ['gate', 'yard'] })
    await publisher.publish([event(), status('live'), status('live', 'yard')])
    const before = await startReader(port)
    await until(() => expect(configs(before.received)).toHaveLength(10))
    publisher.setSite({ cameras: [{ id: 'yard' }, { id: 'door' }], labels })
    await until(() => expect(before.of('homeassistant/event/vireo_north/door_alert/config')).toHaveLength(1))
    await until(() => expect(before.last('vireo/north/gate/status')).toBe(''))
    const after = await startReader(port)
    await until(() => expect(configs(after.received)).toHaveLength(10))
    expect(after.received.filter(({ topic }) => topic.includes('gate'))).toEqual([])
    expect(JSON.parse(after.last('vireo/north/yard/status')!).data.state).toBe('live')
  })

  it('removes what an earlier process left of cameras and labels that are gone, and nothing of others', async () => {
    const { port } = await startBroker()
    const earlier = startPublisher(port, { cameras: ['gate', 'yard'] })
    await earlier.publish([status('live'), status('live', 'yard')])
    const reader = await startReader(port)
    await until(() => expect(reader.last('vireo/north/yard/label/picks-up')).toBe('OFF'))
    await earlier.close()
    const others = ['homeassistant/event/vireo_south/yard_alert/config', 'vireo/south/yard/status']
    for (const topic of others) await reader.client.publishAsync(topic, '{}', { retain: true, qos: 1 })
    await startPublisher(port).publish([event()])
    await until(() => expect(reader.last('homeassistant/event/vireo_north/yard_alert/config')).toBe(''))
    await until(() => expect(reader.last('vireo/north/yard/status')).toBe(''))
    await until(() => expect(reader.last('vireo/north/yard/label/picks-up')).toBe(''))
    const late = await startReader(port)
    await until(() => expect(configs(late.received)).toHaveLength(6))
    expect(late.received.map(({ topic }) => topic)).toEqual(expect.arrayContaining(others))
  })

  it('is told nothing when it is switched off', async () => {
    const { port } = await startBroker()
    const publisher = startPublisher(port, { mqtt: { homeAssistant: { enabled: false } } })
    const reader = await startReader(port)
    await publisher.publish([event()])
    await until(() => expect(reader.last('vireo/north/gate/label/picks-up')).toBe('OFF'))
    expect(configs(reader.received)).toEqual([])
  })
})
