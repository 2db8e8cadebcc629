import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { type KafkaBroker, skipKafka, startKafka } from '../support/kafka-broker.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const skip = skipKafka('control') || !hasTool('ffmpeg')

let folder: string
let broker: KafkaBroker
let running: VireoProcess | null = null

beforeAll(async () => {
  if (skip) return
  folder = tempDir('live-kafka')
  await writeBrightnessBundle(join(folder, 'model'))
  broker = await startKafka()
})
afterAll(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  await broker?.close()
})

interface Message {
  readonly id: string
  readonly replay: boolean
  readonly key: string
  readonly data: { readonly alertId: string; readonly phase: string; readonly seq: number }
}

/** What Kafka's own console consumer shows of the alerts' topic. */
function readAlerts(count: number): Message[] {
  return broker.consoleConsumer('vireo.alerts', count).map((line) => {
    const id = /ce_id:([0-9a-f]+)/.exec(line)![1]!
    return {
      id,
      replay: line.includes('ce_replay:true'),
      key: /\t(gate|yard)\t/.exec(line)![1]!,
      data: JSON.parse(line.slice(line.indexOf('{'))),
    }
  })
}

describe.skipIf(skip)('vireo run with Kafka', () => {
  it('loses nothing through kill -9 and a broker that is gone for a while', async () => {
    const blink = await blinkVideo()
    const config = join(folder, 'vireo.yaml')
    writeFileSync(
      config,
      `version: 1
dataDir: ${join(folder, 'data')}
cameras:
  - { id: gate, url: ${blink}, loop: true, motion: { enabled: false } }
  - { id: yard, url: ${blink}, loop: true, motion: { enabled: false } }
models: [{ name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }]
alerts: { defaults: { clearAfterMs: 300, cooldownMs: 0, updateEveryMs: 500 } }
kafka: { brokers: ["${broker.brokers[0]}"], compression: zstd }
http: { port: 0 }
`,
    )
    const start = () => {
      running = vireo(['run', '--config', config, '--json'])
      return running
    }
    const kill = async () => {
      running!.child.kill('SIGKILL')
      await running!.ended
    }
    const phase = (wanted: string) => (line: string) => JSON.parse(line).phase === wanted

    // Killed while alerts flow, twice; the second time without a broker.
    await start().line(phase('update'))
    await kill()
    await broker.stop('SIGKILL')
    await start().line(phase('update'))
    await kill()
    const last = start()
    await last.line(phase('new'))
    await broker.start()
    await last.line(phase('end'))
    last.child.kill('SIGTERM')
    expect(await last.ended).toBe(0)

    const tail = vireo(['alerts', 'tail', '--config', config, '--json', '--since', '1h', '--no-follow'])
    expect(await tail.ended).toBe(0)
    const accepted = tail.lines.map((line) => JSON.parse(line) as { id: string; subject: string })
    expect(accepted.length).toBeGreaterThan(10)
    const received = readAlerts(accepted.length)
    expect(new Set(received.map(({ id }) => id))).toEqual(new Set(accepted.map(({ id }) => id)))
    // In order within each camera, once what came twice is dropped.
    for (const camera of ['gate', 'yard']) {
      const seen = new Set<string>()
      const order = received.filter(({ id, key }) => key === camera && !seen.has(id) && seen.add(id))
      expect(order.map(({ id }) => id)).toEqual(
        accepted.filter(({ subject }) => subject === camera).map(({ id }) => id),
      )
    }
    for (const { key, data } of received) {
      expect(['gate', 'yard']).toContain(key)
      expect(data.phase === 'new').toBe(data.seq === 0)
    }
  })
})
