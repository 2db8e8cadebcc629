import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type EventStore, openEventStore } from '../../src/event/event-store.ts'
import { sampleStep } from '../support/sample-step.ts'
import { tempDir } from '../support/temp-dir.ts'

const vireo = join(import.meta.dirname, '../../bin/vireo.js')
let dir: string
let store: EventStore
beforeEach(() => {
  dir = tempDir('tail')
  writeFileSync(join(dir, 'v.yaml'), `version: 1\ndataDir: ${join(dir, 'data')}\n`)
  store = openEventStore({ dataDir: join(dir, 'data'), source: '/vireo/test', clock: systemClock })
})
afterEach(() => {
  store.close()
})

const step = (n: number) =>
  sampleStep({ alertId: n.toString(16).padStart(32, '0'), startedMs: n, lastMs: n + 1000 })

function tail(...argv: string[]) {
  const args = [vireo, 'alerts', 'tail', '-c', join(dir, 'v.yaml'), '--json', ...argv]
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => running.once('exit', resolve))
  const lines = createInterface(running.stdout)[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value as string).id as string
  return { running, exited, next }
}

describe('vireo alerts tail beside a process that writes', () => {
  it('prints each event as it is accepted and ends well on Ctrl-C', async () => {
    const before = store.acceptAlert(step(0))
    const { running, exited, next } = tail('--since', '1h')
    expect(await next()).toBe(before.id)
    for (let n = 1; n <= 5; n += 1) {
      const { id } = store.acceptAlert(step(n))
      expect(await next()).toBe(id)
    }
    running.kill('SIGINT')
    expect(await exited).toBe(0)
  })

  it('ends when nobody reads its output any more', async () => {
    store.acceptAlert(step(0))
    const { running, exited, next } = tail('--since', '1h')
    await next()
    running.stdout.destroy()
    store.acceptAlert(step(1))
    expect(await exited).toBe(0)
  })
})
