import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { followOutbox } from '../../../src/cli/commands/alerts/follow-outbox.ts'
import { main } from '../../../src/cli/main.ts'
import { sinceMs } from '../../../src/cli/options/since-ms.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import { dataFiles } from '../../../src/core/data-dir.ts'
import type { OutboxEvent } from '../../../src/core/events.ts'
import { type EventStore, openEventStore } from '../../../src/event/event-store.ts'
import type { OutboxReader } from '../../../src/store/tables/outbox-reader.ts'
import { sampleStep } from '../../support/sample-step.ts'
import { tempDir } from '../../support/temp-dir.ts'

const startMs = Date.parse('2026-05-01T08:00:00Z')
let dir: string
let config: string
let store: EventStore
let nowMs = startMs
let out = ''
let err = ''
beforeEach(() => {
  dir = tempDir('tail')
  config = join(dir, 'v.yaml')
  writeFileSync(
    config,
    `version: 1\ndataDir: ${join(dir, 'data')}\ncameras: [{ id: gate, url: a }, { id: yard, url: b }]\n`,
  )
  nowMs = startMs
  const clock = { nowMs: () => nowMs, monoMs: () => 0, after: () => () => {} }
  store = openEventStore({ dataDir: join(dir, 'data'), source: '/vireo/test', clock })
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  store.close()
})

const step = (more: Partial<AlertStep> = {}) =>
  sampleStep({ score: 0.754, startedMs: startMs, lastMs: startMs + 2000, lastPtsUs: 2e6, ...more })
const tail = (...argv: string[]) => main(['alerts', 'tail', '-c', config, '--no-follow', ...argv])
const fill = () => {
  store.acceptAlert(step())
  store.acceptStatus({
    cameraId: 'gate',
    state: 'live',
    reason: 'frames arrive',
    code: null,
    sinceMs: startMs,
    epoch: 1,
    attempt: 0,
    picture: 'ok',
  })
  nowMs += 3_600_000
  store.acceptAlert(step({ alertId: 'b'.repeat(32), cameraId: 'yard', label: 'waving', severity: 'info' }))
  store.acceptAlert(step({ phase: 'end', seq: 1, lastMs: startMs + 9500, endReason: 'camera_lost' }))
}
const columns = () =>
  out
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/))

describe('vireo alerts tail', () => {
  it('prints a line for each step of an alert while another has the store, and no camera status', async () => {
    fill()
    await tail()
    expect(err).toBe('')
    expect(columns()).toEqual([
      ['08:00:02', 'new', 'critical', 'gate', 'falling', 'score 0.75', '2.0 s'],
      ['08:00:02', 'new', 'info', 'yard', 'waving', 'score 0.75', '2.0 s'],
      ['08:00:09', 'end', 'critical', 'gate', 'falling', 'score 0.75', '9.5 s (camera_lost)'],
    ])
  })

  it('prints the stored CloudEvents with --json', async () => {
    const { id } = store.acceptAlert(step())
    await tail('--json')
    expect(JSON.parse(out)).toMatchObject({
      specversion: '1.0',
      id,
      source: '/vireo/test',
      type: 'vireo.alert.new.v1',
      subject: 'gate',
      time: '2026-05-01T08:00:02.000Z',
      data: { alertId: 'a'.repeat(32), label: 'falling', startedAt: '2026-05-01T08:00:00.000Z' },
    })
  })

  it.each([
    [
      ['--camera', 'gate'],
      ['gate new', 'gate end'],
    ],
    [['--label', 'waving'], ['yard new']],
    [['--camera', 'yard', '--label', 'falling'], ['']],
    [
      ['--since', '2026-05-01T08:30:00Z'],
      ['yard new', 'gate end'],
    ],
    [['--since', '2026-05-01T09:30:00Z'], ['']],
  ])('keeps to %j', async (argv, expected) => {
    fill()
    await tail(...argv)
    expect(columns().map(([, phase, , camera]) => (phase ? `${camera} ${phase}` : ''))).toEqual(expected)
  })

  it.each([
    [['--camera', 'gaet'], '--camera gaet: there is no such camera; there are: gate, yard', 64],
    [['--since', 'yesterday'], '--since yesterday: give a time such as', 64],
  ])('refuses %j', async (argv, message, exitCode) => {
    await tail(...argv)
    expect(err).toContain(`API_BAD_REQUEST: ${message}`)
    expect(process.exitCode).toBe(exitCode)
  })

  it('says that nothing was ever run there', async () => {
    writeFileSync(config, `version: 1\ndataDir: ${join(dir, 'other')}\n`)
    await tail()
    expect(err).toMatch(/^STORE_OPEN: .*has vireo run been started/)
  })
})

describe('sinceMs', () => {
  it.each([
    ['90s', startMs - 90_000],
    ['10m', startMs - 600_000],
    ['2h', startMs - 7_200_000],
    ['1d', startMs - 86_400_000],
    ['2026-05-01T07:00:00Z', startMs - 3_600_000],
  ])('%s', (text, expected) => expect(sinceMs(text, startMs, { timeZone: 'UTC' })).toBe(expected))
})

describe('followOutbox', () => {
  /** A reader of positions 1…`last`, of which the filter lets every tenth through. */
  function setUp(last: number) {
    const state = { last, asked: [] as number[] }
    const reader: Pick<OutboxReader, 'after' | 'last'> = {
      last: () => state.last,
      after(position, limit) {
        state.asked.push(position)
        const all = Array.from({ length: state.last - position }, (_, n) => position + 1 + n)
        return all
          .filter((n) => n % 10 === 0)
          .slice(0, limit)
          .map((n) => ({ position: n }) as OutboxEvent)
      },
    }
    return { state, reader }
  }

  it('pages through all there is, in order', async () => {
    const { reader } = setUp(12_345)
    const seen: number[] = []
    const { signal } = new AbortController()
    for await (const page of followOutbox({ reader, from: 0, filter: {}, wait: null, signal })) {
      expect(page.length).toBeLessThanOrEqual(500)
      seen.push(...page.map(({ position }) => position))
    }
    expect(seen).toEqual(Array.from({ length: 1234 }, (_, n) => (n + 1) * 10))
  })

  it('follows without reading again what the filter left out, until it is stopped', async () => {
    const { reader, state } = setUp(25)
    const controller = new AbortController()
    const arrivals = [25, 29, 29, 41, 41]
    const wait = async () => {
      const next = arrivals.shift()
      if (next === undefined) controller.abort()
      else state.last = next
    }
    const seen: number[] = []
    const { signal } = controller
    for await (const page of followOutbox({ reader, from: 5, filter: {}, wait, signal }))
      seen.push(...page.map(({ position }) => position))
    expect(seen).toEqual([10, 20, 30, 40])
    expect(state.asked).toEqual([5, 25, 29])
  })
})

describe('vireo alerts dead-letters', () => {
  it('prints all of them, however many pages they are', async () => {
    const count = 1203
    store.acceptAlert(step())
    store.setAside('kafka', store.pending('kafka', 1)[0]!, 'reason 1')
    using database = new DatabaseSync(join(dir, 'data', dataFiles.events))
    database.exec(`WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO dead_letter (sink, id, channel, key, attributes, data, reason, set_aside_ms)
      SELECT sink, id || i, channel, key, attributes, data, 'reason ' || i, set_aside_ms FROM dead_letter, n`)
    await main(['alerts', 'dead-letters', '-c', config])
    expect(err).toBe('')
    const reasons = columns().map((line) => line.at(-1))
    expect(new Set(reasons).size).toBe(count)
    expect(reasons).toHaveLength(count)
  })
})
