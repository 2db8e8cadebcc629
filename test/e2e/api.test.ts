// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configuration files refer to variables like this
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: REST API (ffmpeg or the GStreamer RTSP server is missing)\n')

const token = 'the-token-of-the-site'
const authorization = `Bearer ${token}`
let folder: string
let file: string
let rtsp: RtspServer
let running: VireoProcess
let address: string

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('api')
  file = join(folder, 'vireo.yaml')
  await writeBrightnessBundle(join(folder, 'model'))
  const blink = await blinkVideo()
  rtsp = await startRtspServer({
    mounts: { '/gate': blink, '/yard': blink, '/door': blink },
    user: 'viewer',
    password: 'hunter2hunter2',
  })
  const url = rtsp.url('/gate').replace('hunter2hunter2', '${CAMERA_PASSWORD}')
  writeFileSync(
    file,
    `version: 1
dataDir: ${join(folder, 'data')}
cameras:
  # by the gate
  - { id: gate, url: "${url}", motion: { enabled: false } } # the main entrance
  - { id: yard, url: "${url.replace('/gate', '/yard')}", motion: { enabled: false } }
models:
  - { name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }
alerts:
  defaults: { clearAfterMs: 500, cooldownMs: 0 }
recording: { preRollMs: 1000, postRollMs: 500 }
http: { port: 0, token: "\${VIREO_HTTP_TOKEN}" }
`,
  )
  const env = { CAMERA_PASSWORD: 'hunter2hunter2', VIREO_HTTP_TOKEN: token }
  running = vireo(['run', '--config', file, '--json'], env)
  await vi.waitFor(() => expect(running.errors()).toMatch(/"address":"/), { timeout: 30_000 })
  address = /"address":"([^"]+)"/.exec(running.errors())![1]!
})
afterAll(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  await rtsp?.kill()
})

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const get = async (path: string) => JSON.parse((await call('GET', path)).text)
const stateOf = async (id: string) => (await get(`/api/v1/cameras/${id}`)).status?.state ?? null
const framesOf = async (camera: string) => {
  const { text } = await call('GET', '/metrics')
  return Number(new RegExp(`vireo_frames_total\\{camera="${camera}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
}
const until = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 30_000, interval: 100 })

describe.skipIf(!ready)('vireo run over REST', () => {
  it('shows its cameras without passwords, and nothing without the token', async () => {
    await until(() => stateOf('gate')).toBe('live')
    const { text } = await call('GET', '/api/v1/cameras')
    expect(text).not.toContain('hunter2')
    expect((await fetch(`${address}/api/v1/cameras`)).status).toBe(401)
    expect((await call('GET', '/api/v1/config')).text).not.toMatch(/hunter2|the-token/)
  })

  it('adds, changes, pauses and removes a camera beside running ones that lose no frame', async () => {
    await until(() => stateOf('yard')).toBe('live')
    const url = rtsp.url('/door').replace('hunter2hunter2', '${CAMERA_PASSWORD}')
    const added = await call('POST', '/api/v1/cameras', { id: 'door', url, motion: { enabled: false } })
    expect([added.status, JSON.parse(added.text)]).toMatchObject([201, { attached: ['door'], detached: [] }])
    await until(() => stateOf('door')).toBe('live')
    await until(() => framesOf('door')).toBeGreaterThan(8)
    const changed = await call('PATCH', '/api/v1/cameras/door', { motion: { holdMs: 1 }, transport: 'udp' })
    expect(JSON.parse(changed.text)).toMatchObject({
      changed: ['door'],
      camera: { config: { transport: 'udp' } },
    })
    await until(() => stateOf('door')).toBe('live')
    expect(JSON.parse((await call('POST', '/api/v1/cameras/door/pause')).text)).toMatchObject({
      detached: ['door'],
      camera: { paused: true, status: null },
    })
    expect((await get('/api/v1/status')).cameras).toMatchObject({ live: 2, paused: 1 })
    await call('POST', '/api/v1/cameras/door/resume')
    await until(() => stateOf('door')).toBe('live')
    expect((await call('DELETE', '/api/v1/cameras/door')).status).toBe(200)
    expect((await call('GET', '/api/v1/cameras/door')).status).toBe(404)

    const text = readFileSync(file, 'utf8')
    expect(text).toContain('# by the gate')
    expect(text).toContain('# the main entrance')
    expect(text).not.toMatch(/door|hunter2/)
    for (const id of ['gate', 'yard'])
      expect((await get(`/api/v1/cameras/${id}`)).status).toMatchObject({ state: 'live', epoch: 1 })
    const { text: metrics } = await call('GET', '/metrics')
    expect(metrics).not.toMatch(
      /vireo_drops_total\{stage="clip",reason="(gap|reconnect)",camera="(gate|yard)"\}/,
    )
  })

  it('refuses what is not valid, says where, and leaves file and cameras as they are', async () => {
    const before = readFileSync(file, 'utf8')
    const config = await get('/api/v1/config')
    for (const [body, code, message] of [
      [
        { id: 'door', url: 'a.mp4', transport: 'tpc' },
        'CONFIG_INVALID',
        /yaml:\d+:\d+: cameras\[2\]\.transport/,
      ],
      [{ id: 'door', url: 'rtsp://u:secret1@192.0.2.1/' }, 'API_BAD_REQUEST', /holds a password/],
      // Which variables the process has is nobody's business: only those that the file names may be named.
      [{ id: 'door', url: 'rtsp://u:${NOT_SET}@192.0.2.1/' }, 'API_BAD_REQUEST', /NOT_SET is none/],
      [{ id: 'door', url: 'a.mp4', models: ['other'] }, 'CONFIG_INVALID', /no model "other"/],
      [{ id: 'gate', url: 'a.mp4' }, 'API_BAD_REQUEST', /already a camera "gate"/],
    ] as const) {
      const { text, status } = await call('POST', '/api/v1/cameras', body)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(JSON.parse(text)).toMatchObject({ code, message: expect.stringMatching(message) })
      expect(text).not.toContain('secret1')
    }
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(await get('/api/v1/config')).toEqual(config)
    expect(await stateOf('gate')).toBe('live')
  })

  it('tells what a change of the file would do, and what waits for a restart', async () => {
    const other = readFileSync(file, 'utf8')
      .replace(/ {2}- \{ id: yard.*\n/, '')
      .replace('port: 0', 'port: 1')
    const response = await fetch(`${address}/api/v1/config/diff`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/yaml' },
      body: other,
    })
    expect(await response.json()).toMatchObject({
      cameras: { added: [], removed: ['yard'], changed: [] },
      sections: ['http'],
      restart: ['http'],
    })
    expect(await get('/api/v1/config/diff')).toMatchObject({ cameras: { removed: [] }, restart: [] })
  })

  it('lists alerts page by page, and gives the clip of one, whole and in parts', async () => {
    await until(async () => (await get('/api/v1/clips?camera=gate')).clips.length).toBeGreaterThan(1)
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await get(`/api/v1/alerts?limit=2&label=bright${cursor}`)
      seen.push(...page.alerts.map(({ alertId }: { alertId: string }) => alertId))
      cursor = page.next === null ? '' : `&cursor=${page.next}`
    } while (cursor !== '')
    expect(seen.length).toBeGreaterThan(2)
    expect(new Set(seen).size).toBe(seen.length)

    const [clip] = (await get('/api/v1/clips?camera=gate&limit=1')).clips
    expect(seen).toContain(clip.alertId)
    const alert = await get(`/api/v1/alerts/${clip.alertId}`)
    expect(alert).toMatchObject({ cameraId: 'gate', phase: 'end', clip: { sha256: clip.sha256 } })
    const media = `${address}/api/v1/clips/${clip.alertId}/media`
    const whole = Buffer.from(await (await fetch(media, { headers: { authorization } })).arrayBuffer())
    expect(createHash('sha256').update(whole).digest('hex')).toBe(clip.sha256)
    const part = await fetch(media, { headers: { authorization, range: 'bytes=100-199' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200))
    const copy = join(folder, 'copy.mp4')
    writeFileSync(copy, whole)
    const { stdout } = await promisify(execFile)('ffprobe', [
      ...['-v', 'error', '-show_entries', 'stream=codec_name,width', '-of', 'csv=p=0', copy],
    ])
    expect(stdout.trim()).toBe('h264,320')
    const picture = await fetch(media.replace('media', 'thumbnail'), { headers: { authorization } })
    expect(Buffer.from(await picture.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
  })

  it('stops in order while somebody is connected', async () => {
    running.child.kill('SIGTERM')
    expect(await running.ended, running.errors()).toBe(0)
    expect(running.errors()).not.toMatch(/hunter2|the-token/)
  })
})
