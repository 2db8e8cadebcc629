// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what these tests are about
import { describe, expect, it } from 'vitest'
import { configHash } from '../../../src/config/config-hash.ts'
import { editCameras } from '../../../src/config/edit.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { hideVariables } from '../../../src/config/origins.ts'
import { refuseConfig } from '../../../src/config/places.ts'
import { redactConfig } from '../../../src/config/redact.ts'
import { requestMayRefer } from '../../../src/config/request-variables.ts'
import { AppError } from '../../../src/core/errors.ts'

const secret = 'hunter2-TopSecret'
const env = { KAFKA_PASSWORD: secret, GATE_PASSWORD: 'gate-secret', HOME_DIR: '/home/vireo-user', SHORT: 'a' }
const file = `version: 1
dataDir: \${HOME_DIR}
cameras:
  - { id: gate, url: "rtsp://viewer:\${GATE_PASSWORD}@192.0.2.1/x" }
kafka: { brokers: ["h:1"], sasl: { mechanism: plain, username: u, password: "\${KAFKA_PASSWORD}" } }
`
const ofFile = () => parseConfig(file, { file: 'v.yaml', env })
const ofBody = (body: string, allow: string[] = []) =>
  parseConfig(body, { file: 'body', env, mayRefer: requestMayRefer(file, allow) })

function errorOf(run: () => unknown): AppError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

const told = (error: AppError) => JSON.stringify([error.message, error.details])

describe('what came from a variable', () => {
  it('is shown as the reference, wherever the configuration was copied to', () => {
    const config = ofFile()
    const copy = { ...config, http: { ...config.http, port: 1 } }
    for (const shown of [redactConfig(config), redactConfig(copy)]) {
      expect(shown.dataDir).toBe('${HOME_DIR}')
      expect(shown.kafka?.sasl?.password).toBe('${KAFKA_PASSWORD}')
      expect(JSON.stringify(shown)).not.toMatch(/hunter2|gate-secret|vireo-user/)
    }
  })

  it('is shown as the reference where it is reached over an alias, and without its default', () => {
    const text = 'version: 1\nnode: &n { name: "${NAME:-fallback}" }\ndataDir: ${DIR:-./secret-folder}\n'
    const shown = redactConfig(parseConfig(text, { file: 'v.yaml', env: { NAME: 'abc' } }))
    expect(shown.node.name).toBe('${NAME}')
    expect(shown.dataDir).toBe('${DIR}')
  })

  it('does not change the name of the configuration', () => {
    const other = parseConfig(file, { file: 'v.yaml', env: { ...env, KAFKA_PASSWORD: 'another' } })
    expect(configHash(other)).toBe(configHash(ofFile()))
  })

  it('is not repeated by errors: of the schema, across fields and found later', () => {
    const wrong = (line: string) => errorOf(() => parseConfig(file + line, { file: 'v.yaml', env }))
    for (const line of [
      'alerts: { rules: [{ name: r, label: l, model: "${KAFKA_PASSWORD}" }] }\n',
      'alerts: { rules: [{ name: r, label: l, cameras: ["${KAFKA_PASSWORD}"] }] }\n',
      'behaviours: { rules: [{ name: r, when: { inZone: "${KAFKA_PASSWORD}" } }] }\n',
      'log: { level: "${KAFKA_PASSWORD}" }\n',
      'http: { host: "${KAFKA_PASSWORD}" }\n',
      'models: [{ name: "${KAFKA_PASSWORD}", path: x }]\n',
    ])
      expect(told(wrong(line)), line).not.toContain('hunter2')
    expect(
      wrong('alerts: { rules: [{ name: r, label: l, model: "${KAFKA_PASSWORD}" }] }\n').message,
    ).toContain('no model "${KAFKA_PASSWORD}"')
    const later = refuseConfig(ofFile(), [
      { path: ['dataDir'], message: `${env.HOME_DIR}/x: no model bundle` },
    ])
    expect(later.message).toBe('v.yaml:2:10: dataDir: ${HOME_DIR}/x: no model bundle')
    expect(hideVariables(`the folder ${env.HOME_DIR}`, ofFile())).toBe('the folder ${HOME_DIR}')
  })
})

describe('a request', () => {
  it.each([
    ['cameras: [{ id: a, url: /x, models: ["${KAFKA_PASSWORD}"] }]'],
    ['cameras: [{ id: a, url: /x, detector: "${KAFKA_PASSWORD}" }]'],
    ['dataDir: ${KAFKA_PASSWORD}'],
    ['dataDir: ${OTHER_VARIABLE}'],
    ['cameras: [{ id: a, url: "/x/${OTHER_VARIABLE}" }]'],
    ['node: { name: "${SHORT}" }'],
  ])('may not refer to variables like this: %s', (line) => {
    const error = errorOf(() => ofBody(`version: 1\n${line}\n`))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toMatch(/^body:2:\d+: .*a request may refer/)
    expect(told(error)).not.toContain('hunter2')
  })

  it('may have what the file has, and refer in addresses to what the file refers to or allows', () => {
    expect(ofBody(file).kafka?.sasl?.password).toBe(secret)
    const body = 'version: 1\ncameras: [{ id: a, url: "rtsp://u:${GATE_PASSWORD}@h/x" }]\n'
    expect(ofBody(body).cameras[0]!.url).toContain('gate-secret')
    expect(ofBody(body.replace('GATE_PASSWORD', 'SHORT'), ['SHORT']).cameras[0]!.url).toContain(':a@')
  })

  it('edits a camera under the same rule', () => {
    const edit = (camera: Record<string, unknown>) =>
      editCameras(
        file,
        { kind: 'add', camera: { id: 'zz', ...camera } },
        {
          file: 'v.yaml',
          env,
          asRequest: { allowVariables: ['SHORT'] },
        },
      )
    for (const camera of [
      { url: '/x', models: ['${KAFKA_PASSWORD}'] },
      { url: '/x', zones: [{ name: '${KAFKA_PASSWORD}' }] },
      { url: 'http://127.0.0.1:1/?x=${PATH}' },
    ])
      expect(errorOf(() => edit(camera)).code).toBe('API_BAD_REQUEST')
    expect(edit({ url: 'rtsp://u:${SHORT}@192.0.2.2/' }).config.cameras).toHaveLength(2)
    expect(edit({ url: 'rtsp://u:${GATE_PASSWORD}@192.0.2.2/' }).text).toContain('${GATE_PASSWORD}@192.0.2.2')
  })
})

describe('a hostile text', () => {
  const long = 60_000
  it.each([
    ['one long key', `version: 1\n"${'a'.repeat(long)}": 1\n`],
    ['many keys', `version: 1\nx:\n${Array.from({ length: 8000 }, (_, at) => ` k${at}: 1\n`).join('')}`],
    ['many unknown keys', `version: 1\n${Array.from({ length: 8000 }, (_, at) => `k${at}: 1\n`).join('')}`],
    ['keys behind question marks', '? '.repeat(long / 2)],
    ['keys behind question marks in a list', `[${'? '.repeat(long / 2)}]`],
    ['dashes', '- '.repeat(long / 2)],
    ['colons', ': '.repeat(long / 2)],
    ['brackets', '['.repeat(long)],
    ['braces', '{a: '.repeat(long / 4)],
    ['mistakes', 'a: ]\n'.repeat(long / 5)],
    ['directives', '%a\n'.repeat(long / 3)],
    ['aliases', `a: &x 1\nb: [${'*x,'.repeat(long / 3)}1]`],
    ['an address without an end', `version: 1\ncameras: [{ id: a, url: "${'a_'.repeat(long / 2)}" }]\n`],
    ['many cameras of one name', `version: 1\ncameras:\n${'  - { id: a, url: x }\n'.repeat(2500)}`],
    [
      'many wrong references',
      `version: 1\ncameras: [{ id: a, url: x, models: [${'b,'.repeat(20_000)}b] }]\n`,
    ],
  ])('is refused or taken in a short answer: %s', (_name, text) => {
    const before = process.threadCpuUsage()
    try {
      JSON.stringify(redactConfig(parseConfig(text, { file: 'body', env: {} })))
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(AppError)
      expect(told(thrown as AppError).length).toBeLessThan(60_000)
    }
    // Its own processor time, whatever else the machine does: far from what a quadratic search takes (many seconds to
    // minutes), and far over what it takes on a slow machine.
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(4000)
  })
})
