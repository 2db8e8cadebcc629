import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Kafka, logLevel } from '../../../src/event/kafka/kafka-client.ts'
import { type KafkaBroker, startKafka } from '../../support/kafka-broker.ts'
import { type BenchOptions, type BenchReport, bar, type Log, machine } from '../report.ts'

export interface KillRounds {
  readonly rounds: number
  /** Alerts that each process tries to accept before it is killed. */
  readonly perRound: number
  /** After the rounds it goes on until so many were accepted. */
  readonly total: number
  /** Before this round the broker is killed; it comes back two rounds later. */
  readonly outageRound: number
  readonly log: Log
}

export interface KillResult {
  readonly accepted: number
  readonly received: number
  readonly lost: number
  readonly duplicates: number
  readonly markedAsReplay: number
  readonly outOfOrder: number
}

const sizes = {
  full: { rounds: 20, perRound: 500, total: 10_000, outageRound: 10 },
  smoke: { rounds: 3, perRound: 20, total: 40, outageRound: 2 },
}

export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const result = await killRounds({ ...(smoke ? sizes.smoke : sizes.full), log })
  return {
    bench: 'outbox',
    machine: machine(),
    figures: { ...result },
    bars: [
      bar('alerts accepted', result.accepted, '>=', 10_000),
      bar('accepted alerts that never reached Kafka', result.lost, '<=', 0),
      bar('first deliveries out of order within a camera', result.outOfOrder, '<=', 0),
    ],
  }
}

/** Kills the process that accepts and sends alerts again and again, and the broker once; looks what arrived. */
export async function killRounds(options: KillRounds): Promise<KillResult> {
  const { rounds, perRound, total, outageRound, log } = options
  const broker = await startKafka()
  const dataDir = mkdtempSync(join(tmpdir(), 'vireo-outbox-'))
  const accepted: string[] = []
  const child = (round: string, killAt: number) =>
    childRound({ dataDir, broker, round, count: round === 'drain' ? 0 : perRound, killAt, accepted })
  try {
    for (let round = 1; round <= rounds; round += 1) {
      if (round === outageRound) await broker.stop('SIGKILL')
      // Killed somewhere on the way, or when all were accepted and the last are being sent.
      await child(
        String(round),
        round % 4 === 0 ? perRound : Math.ceil(perRound * ((round * 37) % 97) * 0.01),
      )
      if (round === outageRound + 1) await broker.start()
      log(`round ${round}/${rounds}: ${accepted.length} accepted`)
    }
    while (accepted.length < total) {
      await child(`x${accepted.length}`, Math.min(perRound, total - accepted.length))
      log(`${accepted.length} accepted`)
    }
    await child('drain', Number.POSITIVE_INFINITY)
    const { ids, replays, wrongOrder } = await readTopic(broker, new Set(accepted), log)
    const received = new Set(ids)
    return {
      accepted: accepted.length,
      received: ids.length,
      lost: accepted.filter((id) => !received.has(id)).length,
      duplicates: ids.length - received.size,
      markedAsReplay: replays,
      outOfOrder: wrongOrder,
    }
  } finally {
    await broker.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function childRound(options: {
  dataDir: string
  broker: KafkaBroker
  round: string
  count: number
  killAt: number
  accepted: string[]
}): Promise<void> {
  const { dataDir, broker, round, count, killAt, accepted } = options
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'child.ts'), dataDir, broker.brokers[0]!, round, String(count)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let seen = 0
  createInterface(child.stdout).on('line', (id) => {
    accepted.push(id)
    seen += 1
    if (seen === killAt) child.kill('SIGKILL')
  })
  const code = await ended
  if (round === 'drain' && code !== 0) throw new Error('the outbox could not be drained')
}

/** Reads the alerts' topic from its beginning until everything wanted was seen, or nothing comes any more. */
async function readTopic(broker: KafkaBroker, wanted: ReadonlySet<string>, log: Log) {
  const kafka = new Kafka({ brokers: broker.innerBrokers, logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `bench-${Date.now()}` })
  await consumer.connect()
  await consumer.subscribe({ topic: 'vireo.alerts', fromBeginning: true })
  const ids: string[] = []
  const open = new Set(wanted)
  const seen = new Set<string>()
  const latest = new Map<string, string>()
  let replays = 0
  let wrongOrder = 0
  let lastMs = performance.now()
  await consumer.run({
    eachMessage: async ({ message }) => {
      lastMs = performance.now()
      const id = String(message.headers?.ce_id)
      ids.push(id)
      open.delete(id)
      if (message.headers?.ce_replay !== undefined) replays += 1
      if (seen.has(id)) return
      seen.add(id)
      const { alertId } = JSON.parse(String(message.value)) as { alertId: string }
      const key = `${message.key} ${alertId.slice(0, 4)}`
      if (alertId < (latest.get(key) ?? '')) wrongOrder += 1
      latest.set(key, alertId)
    },
  })
  while (open.size > 0 && performance.now() - lastMs < 15_000) await new Promise((r) => setTimeout(r, 100))
  await consumer.disconnect()
  log(`${ids.length} messages read`)
  return { ids, replays, wrongOrder }
}
