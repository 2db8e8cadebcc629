import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type EventStore, openEventStore } from '../../src/event/event-store.ts'
import { openClipReader } from '../../src/store/tables/clip-reader.ts'
import { sampleStep } from '../support/sample-step.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'
import { vireo } from '../support/vireo-process.ts'

const dayMs = 86_400_000

let folder: string
let dataDir: string
let configFile: string
let store: EventStore

const run = async (...args: string[]) => {
  const child = vireo([...args, '--config', configFile])
  const code = await child.ended
  return { code, lines: child.lines, errors: child.errors() }
}
// biome-ignore lint/suspicious/noExplicitAny: read as a stranger would, and looked at by the tests
const json = ({ lines }: { lines: readonly string[] }): any[] => lines.map((line) => JSON.parse(line))

const falling = (alertId: string, startedMs: number) =>
  sampleStep({
    alertId,
    phase: 'end',
    seq: 1,
    endReason: 'cleared',
    score: 0.9,
    modelVersion: '1',
    startedMs,
    lastMs: startedMs + 3000,
    lastPtsUs: 8e6,
  })

beforeAll(() => {
  folder = tempDir('review-cli')
  dataDir = join(folder, 'data')
  configFile = join(folder, 'vireo.yaml')
  writeFileSync(configFile, `version: 1\ndataDir: ${dataDir}\ncameras: []\n`)
  // Held open as `vireo run` holds it.
  store = openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })
  for (let day = 0; day < 6; day += 1) {
    const alertId = `${day}`.repeat(16)
    store.acceptAlert(falling(alertId, day * dayMs))
    const part = { path: `/clips/${day}.mp4`, thumbnailPath: null, sha256: `${day}`.repeat(64), bytes: 9 }
    const times = {
      epoch: 1,
      firstPtsUs: 0,
      lastPtsUs: 8e6,
      startedMs: day * dayMs,
      durationMs: 8000,
      preRollMs: 5000,
    }
    store.acceptClip({ alertId, cameraId: 'gate', ...part, ...times })
  }
})
afterAll(() => {
  store.close()
})

describe('reviews and datasets from the command line, beside a process that runs', () => {
  it('lists alerts, takes judgements and takes them back, and retention knows', async () => {
    const waiting = json(await run('review', 'list', '--json'))
    expect(waiting.map(({ id }) => id[0])).toEqual(['5', '4', '3', '2', '1', '0'])
    expect(waiting[0]).toMatchObject({ reason: 'alert', label: 'falling', current: null })

    expect(store.isUnreviewed('0'.repeat(16), 0)).toBe(true)
    const confirmed = await run('review', 'label', '0000', '1111', '--confirm', '--who', 'ann', '--json')
    expect(json(confirmed).map(({ current }) => [current.verdict, current.who])).toEqual([
      ['confirm', 'ann'],
      ['confirm', 'ann'],
    ])
    expect(store.isUnreviewed('0'.repeat(16), 0)).toBe(false)
    expect((await run('review', 'undo', '0000')).code).toBe(0)
    expect(store.isUnreviewed('0'.repeat(16), 0)).toBe(true)
    const reader = openClipReader(dataDir)
    expect(reader.list({}, { limit: 10 }).items.filter(({ reviewed }) => reviewed)).toHaveLength(1)
    reader.close()
  })

  it('refuses a whole command when one of its ids is wrong', async () => {
    const refused = await run('review', 'label', '2222', 'nope', '--reject')
    expect(refused).toMatchObject({ code: 64, lines: [] })
    expect(refused.errors).toContain('clip nope is not in the queue')
    expect(json(await run('review', 'show', '2222', '--json'))[0].current).toBeNull()
  })

  it('builds versions whose hold-out stays, and tells them apart', async () => {
    await run('review', 'label', '0000', '2222', '3333', '--confirm')
    const first = json(await run('dataset', 'build', '--json'))[0]
    expect(first.entries).toHaveLength(4)
    expect(first.entries[0]).toMatchObject({ group: 'gate/1970-01-01', labels: ['falling'], reason: 'alert' })
    const walking = ['review', 'label', '4444', '--as', 'walking', '--start', '1000', '--end', '3000']
    // Nobody uses the label yet: it may be a slip of the pen.
    expect((await run(...walking)).errors).toMatch(/"walking".*--new/)
    await run(...walking, '--new')
    await run('review', 'label', '0000', '--reject')
    const second = json(await run('dataset', 'build', '--json'))[0]
    expect(second).toMatchObject({ version: 2, parent: 1, labels: ['falling', 'walking'] })
    const diff = await run('dataset', 'diff', 'site@1', 'site')
    expect(diff.lines).toEqual([
      `+ ${'4'.repeat(16)}  walking`,
      `~ ${'0'.repeat(16)}  labels: falling → none, not falling`,
    ])
  })

  it('imports folders of videos and goes through other formats without a change', async () => {
    const video = await testVideo({ name: 'review', seconds: 2 })
    const root = join(folder, 'footage')
    for (const [label, count] of Object.entries({ walk: 3, wave: 3 })) {
      mkdirSync(join(root, label), { recursive: true })
      for (let n = 0; n < count; n += 1) {
        const file = join(root, label, `${n}.mp4`)
        copyFileSync(video, file)
        // Other bytes behind the last box: another file with the same picture.
        appendFileSync(file, Buffer.from(`\0\0\0\x10free${label}000${n}`.slice(0, 16).padEnd(16)))
      }
    }
    const imported = await run('dataset', 'import', root, '--name', 'folders', '--new', '--json')
    expect(imported.errors).toBe('')
    const manifest = json(imported)[0]
    expect(manifest.entries.map(({ labels }: { labels: string[] }) => labels[0]).sort()).toEqual([
      ...['walk', 'walk', 'walk', 'wave', 'wave', 'wave'],
    ])
    for (const [format, extension] of [
      ['coco', 'json'],
      ['cvat', 'xml'],
      ['csv', 'csv'],
    ] as const) {
      const file = join(folder, `out.${extension}`)
      expect((await run('dataset', 'export', 'folders@1', '--to', file, '--format', format)).code).toBe(0)
      expect((await run('dataset', 'import', file, '--name', `from-${format}`)).errors).not.toContain(
        'TRAIN_',
      )
      const diff = await run('dataset', 'diff', 'folders@1', `from-${format}`, '--json')
      const { added, removed, changed } = json(diff)[0]
      expect([added, removed]).toEqual([[], []])
      expect(changed.filter(({ field }: { field: string }) => field !== 'side')).toEqual([])
    }
  })

  it('names the file that is missing', async () => {
    const csv = join(folder, 'gone.csv')
    writeFileSync(csv, 'path,label\nnot-there.mp4,walk\n')
    const { code, errors } = await run('dataset', 'import', csv)
    expect(code).toBe(65)
    expect(errors).toContain(join(folder, 'not-there.mp4'))
  })
})
