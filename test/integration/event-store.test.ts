import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { openEventStore } from '../../src/event/event-store.ts'
import { createOutboxSender } from '../../src/event/outbox-sender.ts'
import { fileReceiver } from '../support/accept-alerts.ts'
import { tempDir } from '../support/temp-dir.ts'

const dataDir = tempDir('kill')
const receiver = join(dataDir, 'received.txt')
const child = join(import.meta.dirname, '../support/accept-alerts.ts')
const rounds = 20

const open = () => openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })

/** Runs a process that accepts alerts and kills it when it has acknowledged so many; what it acknowledged. */
async function killedAfter(acknowledgements: number, round: number): Promise<string[]> {
  const args = [child, dataDir, receiver, String(round)]
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise((resolve) => running.once('exit', (_code, signal) => resolve(signal)))
  const lines: string[] = []
  for await (const line of createInterface(running.stdout)) {
    if (line === 'open') {
      expect(open).toThrow(expect.objectContaining({ code: 'STORE_LOCKED' }))
      continue
    }
    lines.push(line)
    if (lines.length === acknowledgements) running.kill('SIGKILL')
  }
  expect(await exited).toBe('SIGKILL')
  return lines
}

describe('a process that is killed while alerts flow', () => {
  it(`loses nothing that it acknowledged, ${rounds} times over`, async () => {
    const acknowledged = new Map<string, string>()
    for (let round = 1; round <= rounds; round += 1) {
      for (const line of await killedAfter(37 * round, round)) {
        const [position, id] = line.split(' ') as [string, string]
        expect(acknowledged.has(id), `${id} acknowledged by two rounds`).toBe(false)
        acknowledged.set(id, position)
      }
    }

    const store = open()
    const events = store.pending('reader-of-everything', 1_000_000)
    const positionOf = new Map(events.map(({ id, position }) => [id, String(position)]))
    expect(positionOf.size).toBe(events.length)
    const lost = [...acknowledged].filter(([id, position]) => positionOf.get(id) !== position)
    expect(lost).toEqual([])
    expect(acknowledged.size).toBeGreaterThanOrEqual(37 * ((rounds * (rounds + 1)) / 2))

    const lives = new Map<string, string[]>()
    const reasons: string[] = []
    for (const { dataJson } of events) {
      const { alertId, phase, seq, endReason } = JSON.parse(dataJson)
      lives.set(alertId, [...(lives.get(alertId) ?? []), `${phase} ${seq}`])
      if (phase === 'end') reasons.push(endReason)
    }
    for (const life of lives.values()) {
      const updates = Array.from({ length: life.length - 2 }, (_, n) => `update ${n + 1}`)
      expect(life).toEqual(['new 0', ...updates, `end ${life.length - 1}`])
    }
    // Each kill hit alerts of three cameras; a later process ended each of them once.
    const byCrash = reasons.filter((reason) => reason === 'crashed').length
    expect(byCrash).toBeGreaterThanOrEqual(rounds)
    expect(byCrash).toBeLessThanOrEqual(rounds * 3)
    expect(store.openAlerts()).toEqual([])

    const sender = createOutboxSender({
      store,
      publisher: fileReceiver(receiver),
      clock: systemClock,
      random: Math.random,
      telemetry: noTelemetry,
    })
    expect(await sender.drain(30_000)).toBe(true)
    await sender.close()
    const seen = new Set<string>()
    const order: number[] = []
    for (const line of readFileSync(receiver, 'utf8').trim().split('\n')) {
      const [position, id, attempts] = line.split(' ') as [string, string, string]
      expect(positionOf.get(id)).toBe(position)
      if (seen.has(id)) expect(Number(attempts), `${id} came again unmarked`).toBeGreaterThan(0)
      else order.push(Number(position))
      seen.add(id)
    }
    expect(order).toEqual(events.map(({ position }) => position))
    store.close()
  })
})
