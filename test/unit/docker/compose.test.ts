import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'

// Docker is not needed here: what the files say about each other, about the repository and about the
// configuration is checked. That the images build is not.
const docker = join(import.meta.dirname, '../../../docker')
const root = join(docker, '..')
const read = (name: string) => readFileSync(join(docker, name), 'utf8')

interface Service {
  image: string
  build?: { context: string; dockerfile: string }
  environment: Record<string, string | number>
  ports: string[]
  volumes: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
}
const compose = parse(read('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
}
const kafka = compose.services.kafka!
const ours = Object.entries(compose.services).filter(([, { build }]) => build)
const config = loadConfig(join(docker, 'config/vireo.yaml'), {
  ...Object.fromEntries(
    Object.entries(ours[0]![1].environment).map(([name, value]) => [name, String(value)]),
  ),
  CAMERA_URL: 'rtsp://192.0.2.10/stream',
  VIREO_HTTP_TOKEN: 'a-token-for-the-test',
})
/** Name → host and port of `NAME://host:port,…`. */
const listeners = (text: unknown) =>
  new Map(
    String(text)
      .split(',')
      .map((one) => {
        const [, name, host, port] = /^(\w+):\/\/([^:]*):(\d+)$/.exec(one)!
        return [name!, { host: host!, port: port! }]
      }),
  )
const mounts = (service: Service) => service.volumes.map((volume) => volume.split(':') as [string, string])

describe('docker/compose.yaml', () => {
  it('has the broker, and Vireo for the CPU and for the GPU', () => {
    expect(ours.map(([name]) => name)).toEqual(['vireo', 'vireo-gpu'])
  })

  it.each(ours)('%s: builds from files that exist and waits for a healthy broker', (_name, service) => {
    const { context, dockerfile } = service.build!
    expect(existsSync(join(docker, context, dockerfile))).toBe(true)
    expect(service.depends_on).toEqual({ kafka: { condition: 'service_healthy' } })
    expect(kafka.healthcheck?.test[0]).toBe('CMD')
  })

  it.each(Object.entries(compose.services))('%s: mounts declared volumes', (_name, service) => {
    const named = mounts(service).map(([source]) => source)
    for (const source of named.filter((one) => !one.startsWith('.')))
      expect(Object.keys(compose.volumes)).toContain(source)
  })

  it.each(Object.entries(compose.services))(
    '%s: publishes to the loopback address only',
    (_name, service) => {
      for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/)
    },
  )

  it.each(ours)(
    '%s: mounts its configuration, models and data where they are looked for',
    (_name, service) => {
      const byTarget = new Map(mounts(service).map(([source, target]) => [target, source]))
      // The folder: a file that is mounted by itself cannot be replaced, and the API edits it.
      expect(byTarget.get('/etc/vireo')).toBe('./config')
      expect(byTarget.get(config.dataDir)).toBe('vireo-data')
      expect(byTarget.get('/app/models')).toBe('../models')
      for (const { path } of config.models) expect(path).toMatch(/^\/app\/models\//)
      const container = service.ports.map((port) => Number(port.split(':')[2]))
      expect(container).toEqual([config.http.port])
      expect(config.http.host).toBe('0.0.0.0')
    },
  )

  it('gives the configuration every variable that has no default', () => {
    const needed = [...read('config/vireo.yaml').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!)
    expect(needed).toEqual(['CAMERA_URL', 'VIREO_HTTP_TOKEN'])
    for (const [, { environment }] of ours)
      expect(Object.keys(environment)).toEqual(expect.arrayContaining(needed))
  })

  it('has listeners that fit together', () => {
    const environment = kafka.environment
    const bound = listeners(environment.KAFKA_LISTENERS)
    const advertised = listeners(environment.KAFKA_ADVERTISED_LISTENERS)
    const inner = String(environment.KAFKA_INTER_BROKER_LISTENER_NAME)
    const controller = String(environment.KAFKA_CONTROLLER_LISTENER_NAMES)
    for (const [name, { port }] of advertised) expect(bound.get(name)?.port).toBe(port)
    expect(config.kafka?.brokers).toEqual([`${advertised.get(inner)!.host}:${advertised.get(inner)!.port}`])
    expect(compose.services).toHaveProperty(advertised.get(inner)!.host)
    expect(environment.KAFKA_CONTROLLER_QUORUM_VOTERS).toBe(
      `${environment.KAFKA_NODE_ID}@kafka:${bound.get(controller)!.port}`,
    )
    const protocols = String(environment.KAFKA_LISTENER_SECURITY_PROTOCOL_MAP).split(',')
    expect(protocols.map((pair) => pair.split(':')[0]).sort()).toEqual([...bound.keys()].sort())
    expect(kafka.ports).toEqual([`127.0.0.1:${bound.get('HOST')!.port}:${bound.get('HOST')!.port}`])
    expect(kafka.healthcheck?.test.at(-1)).toBe(`localhost:${bound.get(inner)!.port}`)
    expect(mounts(kafka).map(([, target]) => target)).toContain(environment.KAFKA_LOG_DIRS)
    expect(Buffer.from(String(environment.CLUSTER_ID), 'base64url')).toHaveLength(16)
  })
})

describe.each(['Dockerfile', 'Dockerfile.gpu'])('docker/%s', (name) => {
  const lines = read(name).replaceAll('\\\n', ' ').split('\n')
  const all = (instruction: string) =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length).trim())
  const allowed = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
  const inContext = (path: string) =>
    path === '.' || allowed.some((entry) => path === entry || path.startsWith(`${entry}/`))

  it('copies only what exists and what .dockerignore lets through', () => {
    const copies = all('COPY')
      .filter((copy) => !copy.startsWith('--from='))
      .flatMap((copy) => copy.split(/\s+/).slice(0, -1))
    expect(copies).toContain('.')
    for (const path of copies) {
      expect(existsSync(join(root, path)), path).toBe(true)
      expect(inContext(path), path).toBe(true)
    }
  })

  it('starts a program that is in the image, with the configuration that it copied', () => {
    const [program, script] = JSON.parse(all('ENTRYPOINT')[0]!) as string[]
    expect(program).toBe('node')
    expect(existsSync(join(root, script!)) && inContext(script!)).toBe(true)
    const command = JSON.parse(all('CMD')[0]!) as string[]
    const file = command[command.indexOf('--config') + 1]
    expect(all('COPY')).toContain(`docker/config/vireo.yaml ${file}`)
  })

  it('does not run as root, keeps its data in a volume that it may write, and asks /readyz', () => {
    const user = all('USER').at(-1)
    expect(user).toBe('vireo')
    expect(all('VOLUME')).toEqual([config.dataDir])
    expect(all('RUN').join()).toContain(`install -d -o ${user} -g ${user} ${config.dataDir}`)
    expect(all('EXPOSE')).toEqual([String(config.http.port)])
    expect(all('HEALTHCHECK')[0]).toContain('CMD ["node", "docker/health-check.js"]')
    expect(inContext('docker/health-check.js')).toBe(true)
    expect(read('health-check.js')).toContain(`http://127.0.0.1:${config.http.port}/readyz`)
  })

  it('keeps secrets, data and the history out of the context', () => {
    for (const path of ['.git', '.env', 'data', 'node_modules', '.cache', 'test'])
      expect(inContext(path)).toBe(false)
  })

  it('installs no development tools and runs on Node 24', () => {
    expect(all('RUN').join()).toContain('npm install --omit=dev --ignore-scripts')
    expect(all('FROM')[0]).toMatch(/^node:24-/)
  })
})
