// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what these tests are about
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig, parseConfig } from '../../../src/config/load.ts'
import { AppError } from '../../../src/core/errors.ts'
import { tempDir } from '../../support/temp-dir.ts'

function parse(text: string, env: Record<string, string> = {}) {
  return parseConfig(text, { file: 'v.yaml', env })
}

function errorOf(run: () => unknown): AppError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

const camera = 'version: 1\ncameras:\n  - id: gate\n    url: rtsp://h/x\n'

describe('loadConfig', () => {
  it('fills in defaults', () => {
    const config = parse(camera)
    expect(config.http).toEqual({
      host: '127.0.0.1',
      port: 8080,
      console: true,
      access: 'people',
      users: [],
      sessions: { idleHours: 24, mostDays: 30 },
      audit: { keepDays: 365 },
      trustProxy: [],
      allowVariables: [],
    })
    expect(config.cameras[0]).toMatchObject({ transport: 'tcp', motion: { enabled: true, holdMs: 3000 } })
    expect(config.kafka).toBeUndefined()
    expect(config.cameras[0]).not.toHaveProperty('models')
  })

  it('loads the example of the repository', () => {
    const config = loadConfig('config/vireo.yaml', {})
    expect(config.cameras[0]!.url).toBe('rtsp://viewer:change-me@192.0.2.10:554/stream1')
  })

  it('names a file that is not there', () => {
    const error = errorOf(() => loadConfig('/nowhere/v.yaml'))
    expect(error.code).toBe('CONFIG_NOT_FOUND')
    expect(error.message).toContain('/nowhere/v.yaml')
  })

  it('reads from disk and names that file in errors', () => {
    const file = join(tempDir(), 'c.yaml')
    writeFileSync(file, 'version: 2\n')
    expect(errorOf(() => loadConfig(file)).message).toContain(`${file}:1:10: version:`)
  })
})

describe('errors have file, line, column, field and what is accepted', () => {
  it.each([
    ['syntax', 'version: 1\ncameras: [\n', 'CONFIG_SYNTAX', 'v.yaml:', ''],
    ['duplicate key', 'version: 1\nversion: 1\n', 'CONFIG_SYNTAX', 'v.yaml:2:1', 'unique'],
    [
      'enum',
      `${camera}    transport: tpc\n`,
      'CONFIG_INVALID',
      'v.yaml:5:16: cameras[0].transport',
      'tcp, udp',
    ],
    ['type', 'version: 1\nhttp:\n  port: abc\n', 'CONFIG_INVALID', 'v.yaml:3:9: http.port', 'number'],
    ['range', 'version: 1\nhttp:\n  port: 70000\n', 'CONFIG_INVALID', 'v.yaml:3:9: http.port', '65535'],
    ['slug', 'version: 1\nnode: { name: A B }\n', 'CONFIG_INVALID', 'v.yaml:2:15: node.name', 'slug'],
    ['absent', 'dataDir: x\n', 'CONFIG_INVALID', 'v.yaml:1:1: version', 'required; accepted: 1'],
    ['empty file', '', 'CONFIG_INVALID', 'v.yaml:1:1: version', 'required'],
    [
      'unknown key',
      `${camera}    trasport: tcp\n`,
      'CONFIG_INVALID',
      'v.yaml:5:15: cameras[0].trasport',
      'did you mean "transport"?',
    ],
    [
      'union',
      'version: 1\nkafka: { brokers: [h:1], ssl: 7 }\n',
      'CONFIG_INVALID',
      'v.yaml:2:31: kafka.ssl',
      'true, false',
    ],
    [
      'inside a union',
      'version: 1\nkafka: { brokers: [h:1], ssl: { kay: x } }\n',
      'CONFIG_INVALID',
      'kafka.ssl.kay',
      'did you mean "key"?',
    ],
    [
      'broker',
      'version: 1\nkafka: { brokers: [h] }\n',
      'CONFIG_INVALID',
      'v.yaml:2:20: kafka.brokers[0]',
      'host:port',
    ],
    [
      'tiering after events are forgotten',
      'version: 1\nevents: { keepDays: 2 }\nrecording: { tierAfterHours: 48 }\n',
      'CONFIG_INVALID',
      'recording.tierAfterHours',
      'less than events.keepDays (2 days)',
    ],
    [
      'unset variable',
      'version: 1\ndataDir: ${NOPE}\n',
      'CONFIG_ENV_MISSING',
      'v.yaml:2:10: dataDir',
      'NOPE',
    ],
    [
      'twice',
      `${camera}  - id: gate\n    url: x\n`,
      'CONFIG_INVALID',
      'v.yaml:5:9: cameras[1].id',
      'already used',
    ],
    [
      'an address that others reach without a token',
      `${camera}http: { host: 0.0.0.0 }\n`,
      'CONFIG_INVALID',
      'v.yaml:5:15: http.host',
      'set http.token',
    ],
    [
      'model of a camera',
      `${camera}    models: [act]\n`,
      'CONFIG_INVALID',
      'v.yaml:5:14: cameras[0].models[0]',
      'no model is configured',
    ],
    [
      'camera of a rule',
      `${camera}alerts: { rules: [{ name: r, label: l, cameras: [gte] }] }\n`,
      'CONFIG_INVALID',
      'alerts.rules[0].cameras[0]',
      'accepted: gate',
    ],
    [
      'model of a rule',
      'version: 1\nalerts: { rules: [{ name: r, label: l, model: m }] }\n',
      'CONFIG_INVALID',
      'alerts.rules[0].model',
      'no model "m"',
    ],
    [
      'thresholds',
      'version: 1\nalerts: { rules: [{ name: r, label: l, onThreshold: 0.6, offThreshold: 0.9 }] }\n',
      'CONFIG_INVALID',
      'alerts.rules[0].offThreshold',
      'at most onThreshold',
    ],
  ])('%s', (_name, text, code, place, accepted) => {
    const error = errorOf(() => parse(text))
    expect(error.code).toBe(code)
    expect(error.message).toContain(place)
    expect(error.message).toContain(accepted)
    expect(error.details).toMatchObject({
      file: 'v.yaml',
      line: expect.any(Number),
      column: expect.any(Number),
    })
    expect(error.details).toHaveProperty('field')
  })

  it('lists what a rule may ask for, where a posture is misspelt', () => {
    const rule = '{ name: down, when: { posture: lieing } }'
    const { message } = errorOf(() => parse(`version: 1\ncameras: []\nbehaviours: { rules: [${rule}] }\n`))
    expect(message).toMatch(/posture: accepted: one or a list of standing, .*lying/)
    expect(message).not.toContain('true, false')
  })

  it('lists every problem, not only the first', () => {
    const error = errorOf(() => parse('version: 2\nhttp: { port: -1 }\n'))
    expect(error.message.split('\n')).toHaveLength(2)
  })

  it('never repeats a value that may be a secret', () => {
    const text =
      'version: 1\nkafka: { brokers: ["u:hunter2@h:1"], sasl: { mechanism: "${P}", username: u, password: p } }\n'
    const error = errorOf(() => parse(text, { P: 'hunter2' }))
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
  })
})

describe('interpolation', () => {
  it('gives numbers and booleans where the schema wants them, and leaves text alone', () => {
    const text =
      'version: 1\nhttp: { port: "${PORT}" }\nlog: { pretty: "${PRETTY}" }\n' +
      'kafka: { brokers: [h:1], sasl: { mechanism: plain, username: u, password: "${P}" } }\n'
    const config = parse(text, { PORT: '9090', PRETTY: 'true', P: '12345' })
    expect(config.http.port).toBe(9090)
    expect(config.log.pretty).toBe(true)
    expect(config.kafka?.sasl?.password).toBe('12345')
    expect(() => parse(text, { PORT: 'many', PRETTY: 'true', P: 'x' })).toThrow(/http\.port/)
  })

  it('puts variables and defaults into strings', () => {
    expect(parse('version: 1\ndataDir: /a/${A}/${B:-b}\n', { A: '1' }).dataDir).toBe('/a/1/b')
    expect(parse('version: 1\ndataDir: ${B:-b}\n', { B: '' }).dataDir).toBe('b')
  })

  it('cannot inject YAML or refer to further variables', () => {
    const evil = 'x"\nhttp: { host: 0.0.0.0 }\n# ${B}'
    const config = parse('version: 1\ndataDir: ${A}\n', { A: evil, B: 'no' })
    expect(config.dataDir).toBe(evil)
    expect(config.http.host).toBe('127.0.0.1')
  })
})
