import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: vireo run with MQTT (ffmpeg is missing)\n')

let folder: string
let config: string
let broker: { port: number; stop(): Promise<void> }
let running: VireoProcess
const received: { topic: string; payload: string }[] = []
const readers: MqttClient[] = []

async function startBroker(port = 0) {
  const aedes = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    aedes.handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const stopped = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await stopped
      await new Promise<void>((resolve) => aedes.close(resolve))
    },
  }
}

async function startReader() {
  const client = await connectAsync({ host: '127.0.0.1', port: broker.port, reconnectPeriod: 0 })
  client.on('error', () => {})
  client.on('message', (topic, payload) => received.push({ topic, payload: payload.toString() }))
  await client.subscribeAsync('#', { qos: 1 })
  readers.push(client)
}

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('mqtt')
  config = join(folder, 'vireo.yaml')
  await writeBrightnessBundle(join(folder, 'model'))
  const file = await blinkVideo()
  broker = await startBroker()
  await startReader()
  writeFileSync(
    config,
    `version: 1
node: { name: north }
dataDir: ${join(folder, 'data')}
cameras:
  - { id: gate, url: "${file}", loop: true, motion: { enabled: false } }
  - { id: yard, url: "${file}", loop: true, motion: { enabled: false } }
models:
  - { name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }
alerts:
  defaults: { clearAfterMs: 500, cooldownMs: 0 }
recording: { preRollMs: 500, postRollMs: 0 }
mqtt: { url: "mqtt://127.0.0.1:${broker.port}", channels: [alerts, camera-status, clips] }
http: { port: 0 }
`,
  )
  running = vireo(['run', '--config', config, '--json'])
})
afterAll(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  for (const reader of readers) await reader.endAsync(true)
  await broker?.stop()
})

const of = (topic: string) => received.filter((message) => message.topic === topic).map((one) => one.payload)
const last = (topic: string) => of(topic).at(-1)
const isStep = (line: string, phase: string, camera: string) => {
  const step = JSON.parse(line)
  return step.phase === phase && step.cameraId === camera
}
const until = (check: () => void) => expect.poll(() => check(), { timeout: 40_000, interval: 50 })

describe.skipIf(!ready)('vireo run with MQTT', () => {
  it('announces its cameras and labels, and tells states, alerts and clips', async () => {
    await until(() => last('vireo/north/gate/label/bright')).toBe('ON')
    expect(last('vireo/north/availability')).toBe('online')
    const entity = 'homeassistant/binary_sensor/vireo_north/yard_label_bright/config'
    await until(() => of(entity).length).toBe(1)
    expect(JSON.parse(last(entity)!).state_topic).toBe('vireo/north/yard/label/bright')
    await until(() => JSON.parse(last('vireo/north/yard/status') ?? '{}').data?.state).toBe('live')
    await until(() => last('vireo/north/gate/label/bright')).toBe('OFF')
    await until(() => of('vireo/north/gate/clip').length).toBeGreaterThan(0)
    const [begun] = of('vireo/north/gate/alert').map((payload) => JSON.parse(payload))
    expect(begun).toMatchObject({ specversion: '1.0', type: 'vireo.alert.new.v1', data: { label: 'bright' } })
  })

  it('loses nothing while the broker is away, and sends it in order when it is back', async () => {
    const { port } = broker
    await broker.stop()
    const before = running.lines.length
    const away = () => running.lines.slice(before)
    await until(() => away().filter((line) => isStep(line, 'end', 'gate')).length).toBeGreaterThan(1)
    broker = await startBroker(port)
    received.length = 0
    await startReader()
    const alerts = () => of('vireo/north/gate/alert').map((payload) => JSON.parse(payload))
    const wanted = away()
      .map((line) => JSON.parse(line))
      .filter(({ cameraId }) => cameraId === 'gate')
      .map(({ alertId, seq }) => `${alertId} ${seq}`)
    await until(() => alerts().map(({ data }) => `${data.alertId} ${data.seq}`)).toEqual(
      expect.arrayContaining(wanted),
    )
    const first = alerts().map(({ data }) => `${data.alertId} ${data.seq}`)
    expect([...new Set(first)].filter((id) => wanted.includes(id))).toEqual(wanted)
    // What waited for the broker is new to it; what comes again says so.
    const ids = alerts().map(({ id }) => id)
    const again = alerts().filter(({ id }, index) => ids.indexOf(id) < index)
    expect(again.filter(({ replay }) => replay !== 'true')).toEqual([])
    expect(running.errors()).toMatch(/"sink":"mqtt".*events wait in the outbox/)
  })

  it('takes a camera away from Home Assistant when it is removed, and itself when it stops', async () => {
    const yaml = readFileSync(config, 'utf8')
    writeFileSync(config, yaml.replace(/ {2}- \{ id: yard.*\n/, ''))
    await until(() => last('homeassistant/event/vireo_north/yard_alert/config')).toBe('')
    await until(() => last('vireo/north/yard/status')).toBe('')
    running.child.kill('SIGTERM')
    expect(await running.ended, running.errors()).toBe(0)
    await until(() => last('vireo/north/availability')).toBe('offline')
  })
})
