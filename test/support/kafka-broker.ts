import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKafkaAdmin } from './kafka-admin.ts'
import { type Certificates, makeCertificates } from './kafka-certificates.ts'
import { fetchKafkaJars, hasJava, hasKafkaJars, kafkaClassPath } from './kafka-jars.ts'
import { hasTool, prepareMachine } from './prepare-machine.ts'

export interface KafkaBrokerOptions {
  /** Clients must log in; PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 all work with this user. */
  readonly sasl?: { readonly username: string; readonly password: string }
  /** Clients speak TLS; `mutual`: and show a certificate. */
  readonly tls?: boolean | 'mutual'
  /** Nobody but the inner listener has any right. */
  readonly denyAll?: boolean
}

export interface KafkaBroker {
  /** What a client under test connects to. */
  readonly brokers: string[]
  /** A listener without TLS or login, for the test's own look into the broker. */
  readonly innerBrokers: string[]
  /** With TLS: paths of the certificates. */
  readonly certificates: Certificates | null
  stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** The stopped broker again: same ports, same data. */
  start(): Promise<void>
  /** Freezes and thaws the broker's process. */
  pause(): void
  resume(): void
  /** Kafka's own console consumer: lines with headers, key and value, from the first message on. */
  consoleConsumer(topic: string, messages: number): string[]
  /** What the broker has on disk: codec and producer id of every batch of a topic. */
  batches(topic: string): { codec: string; producerId: number }[]
  close(): Promise<void>
}

const external = process.env.KAFKA_BROKERS?.split(',').filter(Boolean) ?? []
const readyWithinMs = 90_000

/**
 * Why tests with Kafka must be skipped here, or null. `broker`: any broker will do, `control`: the test stops it or
 * sets up its listeners, `tls`: and needs certificates.
 */
export function kafkaUnavailableReason(need: 'broker' | 'control' | 'tls' = 'broker'): string | null {
  if (external.length > 0)
    return need === 'broker' ? null : 'KAFKA_BROKERS is set: tests that control the broker are skipped'
  if (!hasJava()) return 'no Java 17 or newer in PATH and KAFKA_BROKERS is not set'
  if (!hasKafkaJars() && !hasTool('maven')) return 'no Maven in PATH to fetch Apache Kafka with'
  if (need === 'tls' && spawnSync('openssl', ['version']).status !== 0) return 'no openssl in PATH'
  return null
}

/** The reason, and a line on stderr that says so; for `describe.skipIf(skipKafka(…))`. */
export function skipKafka(need: 'broker' | 'control' | 'tls' = 'broker'): boolean {
  const reason = kafkaUnavailableReason(need)
  if (reason) process.stderr.write(`skipped: ${reason}\n`)
  return reason !== null
}

/** Before the suite: Java, Maven and Kafka's jars. Resolves with why Kafka is not there, or null; never throws. */
export async function prepareKafka(options: { log: (line: string) => void }): Promise<string | null> {
  const { log } = options
  if (external.length > 0) return null
  try {
    if (!hasJava()) await prepareMachine(['java'], log)
    if (!hasKafkaJars() && !hasTool('maven')) await prepareMachine(['maven'], log)
    const reason = kafkaUnavailableReason()
    if (reason) return reason
    await fetchKafkaJars(log)
    return null
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

/** Starts a real Apache Kafka (KRaft, one node); resolves when it answers. With KAFKA_BROKERS: uses that one. */
export async function startKafka(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  if (external.length > 0) return externalBroker()
  await fetchKafkaJars((line) => process.stderr.write(`kafka: ${line}\n`))
  const folder = mkdtempSync(join(tmpdir(), 'vireo-kafka-'))
  const certificates = options.tls ? makeCertificates(folder) : null
  const [client, inner, controller] = await freePorts(3)
  const ports = { client: client!, inner: inner!, controller: controller! }
  const properties = join(folder, 'server.properties')
  writeFileSync(properties, serverProperties({ folder, ports, certificates, ...options }))
  format(properties, options)

  const innerBrokers = [`127.0.0.1:${ports.inner}`]
  let running: RunningProcess | null = null
  const killAtExit = () => running?.child.kill('SIGKILL')
  process.once('exit', killAtExit)

  const stop = async (signal: NodeJS.Signals) => {
    if (!running) return
    const { child, ended } = running
    running = null
    child.kill('SIGCONT')
    child.kill(signal)
    await ended
  }
  const start = async () => {
    if (running) return
    running = spawnBroker(properties)
    await untilReady(innerBrokers, running)
  }
  await start()

  return {
    brokers: [`127.0.0.1:${ports.client}`],
    innerBrokers,
    certificates,
    stop,
    start,
    pause: () => running?.child.kill('SIGSTOP'),
    resume: () => running?.child.kill('SIGCONT'),
    consoleConsumer: (topic, messages) => readConsole(innerBrokers, topic, messages),
    batches: (topic) => readBatches(join(folder, 'data'), topic),
    async close() {
      process.off('exit', killAtExit)
      await stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function externalBroker(): KafkaBroker {
  const refuse = () => {
    throw new Error('the broker of KAFKA_BROKERS is not controlled by the tests')
  }
  return {
    brokers: external,
    innerBrokers: external,
    certificates: null,
    stop: refuse,
    start: refuse,
    pause: refuse,
    resume: refuse,
    consoleConsumer: refuse,
    batches: refuse,
    close: async () => {},
  }
}

/** As the properties file takes it. */
interface Setup extends KafkaBrokerOptions {
  readonly folder: string
  readonly ports: { client: number; inner: number; controller: number }
  readonly certificates: Certificates | null
}

function serverProperties({ folder, ports, certificates, sasl, tls, denyAll }: Setup): string {
  const protocol = `${sasl ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`
  const at = (name: string, port: number) => `${name}://127.0.0.1:${port}`
  const login = 'org.apache.kafka.common.security'
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: [
      at('CLIENT', ports.client),
      at('INNER', ports.inner),
      at('CONTROLLER', ports.controller),
    ].join(),
    'advertised.listeners': [at('CLIENT', ports.client), at('INNER', ports.inner)].join(),
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,INNER:PLAINTEXT,CLIENT:${protocol}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INNER',
    'log.dirs': join(folder, 'data'),
    // A broker that was killed may join again once its old session is over: do not wait the usual 9 s.
    'broker.session.timeout.ms': 1000,
    'broker.heartbeat.interval.ms': 200,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'controlled.shutdown.enable': false,
    ...(sasl
      ? {
          'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
          'listener.name.client.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_${sasl.username}="${sasl.password}";`,
          'listener.name.client.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
          'listener.name.client.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
        }
      : {}),
    ...(certificates
      ? {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.location': certificates.brokerStore,
          'ssl.truststore.type': 'PEM',
          'ssl.truststore.location': certificates.ca,
          'ssl.client.auth': tls === 'mutual' ? 'required' : 'none',
        }
      : {}),
    ...(denyAll
      ? {
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          'super.users': 'User:ANONYMOUS',
        }
      : {}),
  }
  return `${Object.entries(lines)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`
}

const java = (heapMb: number, level: string) => [
  '-Xms64m',
  `-Xmx${heapMb}m`,
  '-XX:TieredStopAtLevel=1',
  `-Dorg.slf4j.simpleLogger.defaultLogLevel=${level}`,
  ...['-cp', kafkaClassPath()],
]

function format(properties: string, { sasl }: KafkaBrokerOptions): void {
  const scram = (mechanism: string) =>
    sasl ? ['--add-scram', `${mechanism}=[name=${sasl.username},password=${sasl.password}]`] : []
  execFileSync(
    'java',
    [
      ...[...java(128, 'error'), 'kafka.tools.StorageTool', 'format'],
      // As one word: base64url may begin with a dash, which would read as another option.
      ...[`--cluster-id=${randomBytes(16).toString('base64url')}`, '--config', properties],
      ...[...scram('SCRAM-SHA-256'), ...scram('SCRAM-SHA-512')],
    ],
    { stdio: 'pipe', timeout: 60_000 },
  )
}

interface RunningProcess {
  readonly child: ChildProcess
  readonly ended: Promise<void>
  /** Its last words. */
  said(): string
}

function spawnBroker(properties: string): RunningProcess {
  const child = spawn('java', [...java(320, 'error'), 'kafka.Kafka', properties], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said = (said + text).slice(-4000)
    })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return { child, ended, said: () => said }
}

async function untilReady(brokers: string[], broker: RunningProcess): Promise<void> {
  let gone = false
  broker.ended.then(() => {
    gone = true
  })
  const endMs = Date.now() + readyWithinMs
  while (Date.now() < endMs) {
    if (gone) throw new Error(`the Kafka broker ended while it started: ${broker.said()}`)
    const admin = createKafkaAdmin(brokers)
    try {
      await admin.connect()
      if ((await admin.describeCluster()).brokers.length === 1) return
    } catch {
      // Not yet.
    } finally {
      await admin.disconnect().catch(() => {})
    }
    await sleep(100)
  }
  throw new Error(`the Kafka broker did not answer within ${readyWithinMs} ms: ${broker.said()}`)
}

function readConsole(brokers: string[], topic: string, messages: number): string[] {
  const out = execFileSync(
    'java',
    [
      ...[...java(128, 'error'), 'org.apache.kafka.tools.consumer.ConsoleConsumer'],
      ...['--bootstrap-server', brokers.join(), '--topic', topic, '--from-beginning'],
      ...['--max-messages', String(messages), '--timeout-ms', '30000'],
      ...['--property', 'print.headers=true', '--property', 'print.key=true'],
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
  )
  return out.split('\n').filter((line) => line.includes('\t'))
}

function readBatches(data: string, topic: string) {
  const files = globSync(`${topic}-*/*.log`, { cwd: data }).map((file) => join(data, file))
  const out = execFileSync(
    'java',
    [...java(128, 'error'), 'kafka.tools.DumpLogSegments', '--files', files.join()],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
  )
  return [...out.matchAll(/producerId: (-?\d+) .*?compresscodec: (\w+)/g)].map(([, id, codec]) => ({
    codec: codec!,
    producerId: Number(id),
  }))
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
