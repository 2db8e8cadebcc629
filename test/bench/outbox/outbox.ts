import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Kafka, logLevel } from '../../../src/event/kafka-client.ts'
import { type KafkaBroker, startKafka } from '../../support/kafka-broker.ts'
import { type BenchReport, bar, type Log, machine } from '../report.ts'

const rounds = 20
const perRound = 500
const outageRound = 10

/** Kills the process that accepts and sends alerts twenty times, stops the broker once, and looks what arrived. */
export async function run({ log }: { log: Log }): Promise<BenchReport> {
  const broker = await startKafka()
  const dataDir = mkdtempSync(join(tmpdir(), 'vireo-bench-outbox-'))
  const accepted: string[] = []
  try {
    for (let round = 1; round <= rounds; round += 1) {
      if (round === outageRound) await broker.stop('SIGKILL')
      // Killed somewhere on the way, or when all were accepted and the last are being sent.
      const killAt = round % 4 === 0 ? perRound : Math.ceil(perRound * ((round * 37) % 97) * 0.01)
      await childRound({ dataDir, broker, round: String(round), killAt, accepted })
      if (round === outageRound + 1) await broker.start()
      log(`round ${round}/${rounds}: ${accepted.length} accepted`)
    }
    while (accepted.length < 10_000) {
      const round = `x${accepted.length}`
      await childRound({
        dataDir,
        broker,
        round,
        killAt: Math.min(perRound, 10_000 - accepted.length),
        accepted,
      })
      log(`${accepted.length} accepted`)
    }
    await childRound({ dataDir, broker, round: 'drain', killAt: Number.POSITIVE_INFINITY, accepted })
    const { ids, replays, wrongOrder } = await readTopic(broker, new Set(accepted), log)
    const received = new Set(ids)
    const lost = accepted.filter((id) => !received.has(id)).length
    return {
      bench: 'outbox',
      machine: machine(),
      figures: {
        accepted: accepted.length,
        received: ids.length,
        duplicates: ids.length - received.size,
        markedAsReplay: replays,
        firstDeliveriesOutOfOrder: wrongOrder,
      },
      bars: [
        bar('alerts accepted', accepted.length, '>=', 10_000),
        bar('accepted alerts that never reached Kafka', lost, '<=', 0),
        bar('first deliveries out of order within a camera', wrongOrder, '<=', 0),
      ],
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
  killAt: number
  accepted: string[]
}): Promise<void> {
  const { dataDir, broker, round, killAt, accepted } = options
  const count = round === 'drain' ? 0 : perRound
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
