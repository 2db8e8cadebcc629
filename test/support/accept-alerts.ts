// Child of test/integration/event-store.test.ts: raises alerts as fast as it can, prints each one that the store
// has accepted, and hands them to a receiver that is a file. Ends only by being killed.
// Arguments: data directory, file of the receiver, number of the round.
import { appendFileSync, writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { createAlertTracker } from '../../src/alert/alert-tracker.ts'
import { systemClock } from '../../src/core/clock.ts'
import { type EventPublisher, noProgress } from '../../src/core/events.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { openEventStore } from '../../src/event/event-store.ts'
import { createOutboxSender } from '../../src/event/outbox-sender.ts'

const [dataDir = '', receiver = '', round = '0'] = process.argv.slice(2)
const cameras = ['gate', 'yard', 'door']
const rule = {
  name: 'fall',
  label: 'falling',
  modelName: null,
  onThreshold: 0.6,
  offThreshold: 0.4,
  minDurationMs: 0,
  cooldownMs: 0,
  updateEveryMs: 1000,
  clearAfterMs: 0,
  severity: 'critical',
} as const

export const fileReceiver = (file: string): EventPublisher => ({
  name: 'file',
  async publish(events, progress = noProgress) {
    await turn()
    progress.sending(events.length)
    for (const { position, id, attempts } of events) appendFileSync(file, `${position} ${id} ${attempts}\n`)
    await turn()
  },
  close: async () => {},
})

if (import.meta.main) {
  const store = openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })
  const sender = createOutboxSender({
    store,
    publisher: fileReceiver(receiver),
    clock: systemClock,
    random: Math.random,
    telemetry: noTelemetry,
  })
  const trackers = cameras.map((cameraId) =>
    createAlertTracker({ cameraId, rules: [rule], configHash: 'h', telemetry: noTelemetry }),
  )
  writeSync(1, 'open\n')
  for (let n = 0; ; n += 1) {
    for (const [index, cameraId] of cameras.entries()) {
      // Up for five looks, down for one, each camera at its own time.
      const score = (n + index * 2) % 6 === 0 ? 0 : 0.9
      const arrivalMs = Number(round) * 1e8 + n * 1000
      const steps = trackers[index]!.accept({
        cameraId,
        epoch: 1,
        modelName: 'actions',
        modelVersion: '1.0.0',
        labels: ['falling'],
        values: Float32Array.of(score),
        firstPtsUs: n * 1e6,
        lastPtsUs: n * 1e6 + 1e6,
        firstArrivalMs: arrivalMs,
        lastArrivalMs: arrivalMs + 1000,
        lastArrivalMonoMs: performance.now(),
      })
      for (const step of steps) {
        const { position, id } = store.acceptAlert(step)
        writeSync(1, `${position} ${id}\n`)
      }
    }
    sender.wake()
    if (n % 5 === 0) await turn()
  }
}
