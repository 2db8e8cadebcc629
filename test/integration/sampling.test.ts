import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mediaDurationMs } from '../../src/camera/media-duration.ts'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: sampling beside running cameras (ffmpeg is missing)\n')

const token = 'the-token-of-the-site'
let folder: string
let video: string
const running: VireoProcess[] = []

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('sampling')
  video = await blinkVideo()
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

const start = (args: readonly string[]): VireoProcess => {
  const started = vireo(args)
  running.push(started)
  return started
}
/** Runs a command to its end; its JSON lines. */
// biome-ignore lint/suspicious/noExplicitAny: read as a stranger would, and looked at by the tests
async function answer(...args: string[]): Promise<any[]> {
  const child = start(args)
  const code = await child.ended
  expect(code, child.errors()).toBe(0)
  return child.lines.map((line) => JSON.parse(line))
}
const metricsOf = async (process: VireoProcess) => {
  const address = /"address":"([^"]+)"/.exec(process.errors())?.[1]
  return (await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
}
/** Looks at a sample, plays it and judges it as a page in a browser would. */
async function overRest(process: VireoProcess, item: { id: string; path: string; durationMs: number }) {
  const address = /"address":"([^"]+)"/.exec(process.errors())![1]!
  const headers = { authorization: `Bearer ${token}` }
  const call = (path: string, more: RequestInit = {}) =>
    fetch(`${address}/api/v1/${path}`, { ...more, headers: { ...headers, ...more.headers } })
  // biome-ignore lint/suspicious/noExplicitAny: read as a stranger would, and looked at by the tests
  const jsonOf = async (reply: Promise<Response>): Promise<any> => (await reply).json()
  expect((await fetch(`${address}/api/v1/review`)).status).toBe(401)
  const { items, next } = await jsonOf(call('review?camera=gate&reason=uncertain'))
  expect([items.map(({ id }: { id: string }) => id), next]).toEqual([[item.id], null])
  const shown = await jsonOf(call(`review/${item.id}`))
  expect(shown.explanation).toMatch(/^near its threshold: bright 0\.\d\d, alerts from 0\.99$/)
  expect(shown.scores).toEqual([{ label: 'bright', score: items[0].score }])
  const bytes = readFileSync(item.path)
  const part = await fetch(`${address}${shown.media}`, { headers: { ...headers, range: 'bytes=100-199' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${bytes.length}`])
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true)
  const picture = Buffer.from(await (await fetch(`${address}${shown.thumbnail}`, { headers })).arrayBuffer())
  expect(picture.subarray(0, 2).toString('hex')).toBe('ffd8')
  const judgement = {
    method: 'POST',
    body: JSON.stringify({
      verdict: 'relabel',
      labels: ['walking'],
      newLabels: true,
      endMs: item.durationMs / 2,
      who: 'ann',
    }),
    headers: { 'content-type': 'application/json' },
  }
  const said = await jsonOf(call(`review/${item.id}/label`, judgement))
  expect(said.current).toMatchObject({ verdict: 'relabel', labels: ['walking'], who: 'ann' })
  expect((await jsonOf(call('review'))).items).toEqual([])
}
const hourNow = () => Math.floor(Date.now() / 3_600_000)

describe.skipIf(!ready)('vireo run samples clips for review', () => {
  it('of what it is unsure of, as recordings with pre-roll, in the queue, within the quota over a restart', async () => {
    await writeBrightnessBundle(join(folder, 'model'), { threshold: 0.99 })
    const config = join(folder, 'vireo.yaml')
    const camera = `url: "${video}", loop: true, motion: { enabled: false }`
    writeFileSync(
      config,
      `version: 1
dataDir: ${join(folder, 'data')}
cameras:
  - { id: gate, ${camera} }
  - { id: yard, ${camera}, sampling: { enabled: false } }
models:
  - { name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }
recording: { preRollMs: 2000, postRollMs: 1000 }
sampling:
  perHour: { uncertain: 1, disagreement: 0, anomaly: 0, random: 0 }
  uncertainWithin: 0.98
  apartMs: 0
http: { port: 0, token: ${token} }
`,
    )
    const firstHour = hourNow()
    const queue = () => answer('review', 'list', '--config', config, '--json')
    const first = start(['run', '--config', config, '--json'])
    await expect.poll(first.errors, { timeout: 60_000 }).toContain('"running"')
    await expect.poll(async () => (await queue()).length, { timeout: 60_000, interval: 1000 }).toBe(1)
    const [item] = await queue()
    expect(item).toMatchObject({
      reason: 'uncertain',
      cameraId: 'gate',
      label: 'bright',
      modelVersion: '1.0.0',
    })
    expect(createHash('sha256').update(readFileSync(item.path)).digest('hex')).toBe(item.sha256)
    expect(existsSync(item.path.replace('.mp4', '.jpg'))).toBe(true)
    // 4 frames at 8 fps between a pre-roll that begins at a keyframe and a post-roll.
    expect(item.durationMs).toBeGreaterThan(1000)
    expect(item.durationMs).toBeLessThan(2000 + 1000 + 1000 + 2000)
    expect(Math.abs((await mediaDurationMs(item.path))! - item.durationMs)).toBeLessThan(100)
    const text = await metricsOf(first)
    expect(text).toContain('vireo_samples_total{camera="gate",reason="uncertain"} 1')
    expect(text).not.toContain('vireo_samples_total{camera="yard"')
    expect(text).not.toMatch(/^vireo_drops_total\{stage="(sample|record)"/m)
    expect(await answer('clip', 'list', '--config', config, '--json')).toEqual([])
    await overRest(first, item)
    first.child.kill('SIGKILL')
    await first.ended

    const second = start(['run', '--config', config, '--json'])
    await expect.poll(second.errors, { timeout: 60_000 }).toContain('"running"')
    const scored = async () =>
      Number(/^vireo_infer_clips_total\{model="light"\} (\d+)/m.exec(await metricsOf(second))?.[1] ?? 0)
    // Far more clips than the wait before a sample takes.
    await expect.poll(scored, { timeout: 60_000, interval: 500 }).toBeGreaterThan(80)
    const hours = hourNow() - firstHour + 1
    expect((await queue()).length).toBeLessThanOrEqual(hours)
    // What was said over REST before the crash.
    expect((await queue()).map(({ id }) => id)).not.toContain(item.id)
    await answer('review', 'undo', item.id.slice(0, 10), '--config', config, '--json')
    expect((await queue()).map(({ id }) => id)).toContain(item.id)
  })

  it('of which a version in the shadow thinks otherwise', async () => {
    const config = join(folder, 'shadow.yaml')
    writeFileSync(
      config,
      `version: 1
dataDir: ${join(folder, 'data-shadow')}
cameras:
  - { id: gate, url: "${video}", loop: true, motion: { enabled: false } }
models:
  - { name: light, registry: brightness, intraOpThreads: 1, rollout: { shadowClips: 100000 } }
recording: { preRollMs: 1000, postRollMs: 1000 }
sampling: { perHour: { uncertain: 0, disagreement: 1, anomaly: 0, random: 0 } }
http: { port: 0 }
`,
    )
    for (const [version, factor] of [
      ['1.0.0', 0.3],
      ['1.1.0', 1],
    ] as const) {
      const dir = join(folder, `brightness-${version}`)
      await writeBrightnessBundle(dir, { version, factor })
      await start(['model', 'register', dir, '-c', config]).ended
    }
    await start(['model', 'promote', 'brightness', '1.0.0', '-c', config]).ended
    const live = start(['run', '--config', config, '--json'])
    await expect.poll(live.errors, { timeout: 60_000 }).toContain('"running"')
    await start(['model', 'promote', 'brightness', '1.1.0', '-c', config]).ended
    const queue = () => answer('review', 'list', '--config', config, '--json')
    await expect.poll(async () => (await queue()).length, { timeout: 60_000, interval: 1000 }).toBe(1)
    const [item] = await queue()
    expect(item).toMatchObject({ reason: 'disagreement', label: 'bright', modelVersion: '1.0.0' })
    expect(item.score).toBeLessThan(0.5)
  })
})
