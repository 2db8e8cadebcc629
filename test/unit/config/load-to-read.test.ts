// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what these tests are about
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfigToRead } from '../../../src/config/load-to-read.ts'
import { tempDir } from '../../support/temp-dir.ts'

let file: string
beforeEach(() => {
  file = join(tempDir('read'), 'v.yaml')
})
afterEach(() => rmSync(join(file, '..'), { recursive: true }))
const read = (text: string, env = {}) => {
  writeFileSync(file, `version: 1\n${text}`)
  return loadConfigToRead(file, env)
}

describe('a configuration for commands that only read', () => {
  it('needs no variable but those of dataDir', () => {
    const config = read(`dataDir: /srv/vireo
cameras:
  - { id: "\${ID}", url: /x }
  - { id: gate, url: "rtsp://viewer:\${GATE_PASSWORD}@h/x", detectFps: "\${FPS}" }
  - { id: "\${OTHER}", url: /x }
http: { host: 0.0.0.0, token: "\${TOKEN}", port: "\${PORT}" }
kafka: { brokers: ["\${BROKER}"], sasl: { mechanism: plain, username: u, password: "\${KAFKA_PASSWORD}" } }
webhooks: [{ name: desk, url: "\${HOOK}" }, { name: other, url: "https://h/x" }]
mqtt: { url: "\${MQTT}" }
behaviours: { timeZone: Europe/Berlin }
`)
    expect(config.dataDir).toBe('/srv/vireo')
    expect(config.behaviours.timeZone).toBe('Europe/Berlin')
    expect(config.cameras.map(({ id }) => id)).toEqual(['gate'])
    expect(config.cameras[0]!.url).toBe('rtsp://viewer:${GATE_PASSWORD}@h/x')
    expect(config.webhooks.map(({ name }) => name)).toEqual(['other'])
    expect(config.kafka).toBeUndefined()
  })

  it('takes what is set, and refuses what is wrong', () => {
    expect(read('dataDir: ${DIR}\nnode: { name: "${N}" }\n', { DIR: '/data', N: 'n' }).dataDir).toBe('/data')
    expect(() => read('dataDir: ${DIR}\n')).toThrow(/DIR is not set/)
    expect(() => read('cameras: [{ id: a, url: "${U}", transport: x }]\n')).toThrow(/cameras\[0\]\.transport/)
  })
})
