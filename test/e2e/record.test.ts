// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configuration files refer to variables like this
import { execFile } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { listen } from '../support/listen.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: recording (ffmpeg or the GStreamer RTSP server is missing)\n')

interface ClipData {
  alertId: string
  cameraId: string
  uri: string
  thumbnailUri: string
  sha256: string
  durationMs: number
  preRollMs: number
  endReason: string | null
}
interface Event {
  id: string
  type: string
  data: ClipData & { clipUri: string | null; phase: string }
}

const secret = 'the-secret-of-the-site'
const runTool = promisify(execFile)
const events: Event[] = []
const forged: string[] = []
let folder: string
let rtsp: RtspServer
let site: Server
let running: VireoProcess

/** A receiver as a site would have it: it checks the signature, and refuses the first request. */
async function startSite(): Promise<string> {
  let refuse = true
  site = createServer(async (request, response) => {
    const body = await text(request)
    if (refuse) {
      refuse = false
      return response.writeHead(503).end()
    }
    const [, seconds, signature] = /^t=(\d+),v1=(.*)$/.exec(String(request.headers['vireo-signature'])) ?? []
    const right = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
    if (signature !== right) forged.push(body)
    events.push(...(JSON.parse(body) as Event[]))
    return response.writeHead(204).end()
  })
  await listen(site)
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
}

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('record')
  await writeBrightnessBundle(join(folder, 'model'))
  const small = await blinkVideo()
  const large = await blinkVideo({ codec: 'h265', widthPx: 640, heightPx: 360 })
  rtsp = await startRtspServer({ mounts: { '/gate': small, '/yard': small, '/yard-main': large } })
  const url = await startSite()
  writeFileSync(
    join(folder, 'vireo.yaml'),
    `version: 1
dataDir: ${join(folder, 'data')}
cameras:
  - { id: gate, url: "${rtsp.url('/gate')}", motion: { enabled: false }, recording: { continuous: true, segmentMs: 2000 } }
  - { id: yard, url: "${rtsp.url('/yard')}", mainUrl: "${rtsp.url('/yard-main')}", motion: { enabled: false } }
models:
  - { name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }
alerts:
  defaults: { clearAfterMs: 500, cooldownMs: 0 }
recording: { preRollMs: 2000, postRollMs: 1000 }
webhooks:
  - { name: site, url: "${url}", secret: "\${SITE_SECRET}", channels: [alerts, clips] }
http: { port: 0 }
`,
  )
  running = vireo(['run', '--config', join(folder, 'vireo.yaml'), '--json'], { SITE_SECRET: secret })
})
afterAll(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  await rtsp?.kill()
  site?.closeAllConnections()
  site?.close()
})

const clipsOf = (cameraId: string) =>
  events.filter(({ type, data }) => type === 'vireo.clip.ready.v1' && data.cameraId === cameraId)

/** Mean brightness of each frame of a video with its time, seconds. */
async function brightnessOf(file: string) {
  const entries = 'frame=pts_time:frame_tags=lavfi.signalstats.YAVG'
  const { stdout } = await runTool('ffprobe', [
    ...['-v', 'error', '-f', 'lavfi', '-i', `movie=${file},signalstats`],
    ...['-show_entries', entries, '-of', 'csv=p=0'],
  ])
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number) as [number, number])
    .map(([timeS, brightness]) => ({ timeS, brightness }))
}

describe.skipIf(!ready)('recording', () => {
  it('has a clip for every alert that shows what went before, and tells of it', async () => {
    await expect
      .poll(() => Math.min(clipsOf('gate').length, clipsOf('yard').length), { timeout: 60_000 })
      .toBe(2)
    expect(forged).toEqual([])
    for (const { data } of clipsOf('gate')) {
      const begun = events.find((event) => event.data.alertId === data.alertId)
      expect(begun).toMatchObject({ type: 'vireo.alert.new.v1', data: { clipUri: data.uri } })
      const file = fileURLToPath(data.uri)
      expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(data.sha256)
      expect(existsSync(fileURLToPath(data.thumbnailUri))).toBe(true)
      if (data.endReason !== null) continue
      // The first alert may come before the camera has sent so much.
      if (begun !== events[0]) expect(data.preRollMs).toBeGreaterThanOrEqual(2000)
      expect(data.preRollMs).toBeLessThan(3000 + 40)
      const frames = await brightnessOf(file)
      const brightFromS = frames.find(({ brightness }) => brightness > 127)!.timeS
      // The alert begins with the first clip of frames that is bright on average: within two of its strides.
      expect(Math.abs(brightFromS * 1000 - data.preRollMs)).toBeLessThan(600)
      expect(frames.at(-1)!.brightness).toBeLessThan(127)
    }
  })

  it('records the main stream of a camera whose sub stream is analysed', async () => {
    const [{ data }] = clipsOf('yard').slice(-1) as [Event]
    const { stdout } = await runTool('ffprobe', [
      ...['-v', 'error', '-show_entries', 'stream=codec_name,codec_tag_string,width', '-of', 'json'],
      fileURLToPath(data.uri),
    ])
    expect(JSON.parse(stdout).streams).toEqual([{ codec_name: 'hevc', codec_tag_string: 'hvc1', width: 640 }])
    expect(data.preRollMs).toBeGreaterThanOrEqual(0)
  })

  it('lists and exports clips while it runs, and the copy is what was recorded', async () => {
    const config = ['--config', join(folder, 'vireo.yaml')]
    const env = { ...process.env, SITE_SECRET: secret }
    const bin = join(import.meta.dirname, '../../bin/vireo.js')
    const cli = (...args: string[]) => runTool(process.execPath, [bin, ...args], { env })
    const listed = (await cli('clip', 'list', ...config, '--camera', 'gate', '--json')).stdout
      .trim()
      .split('\n')
    expect(listed.length).toBeGreaterThanOrEqual(2)
    const clip = JSON.parse(listed[0]!)
    expect(clip).toMatchObject({ cameraId: 'gate', label: 'bright', removedReason: null, reviewed: false })
    const to = join(folder, 'out')
    const { stdout } = await cli('clip', 'export', clip.alertId.slice(0, 10), ...config, '--to', to)
    expect(createHash('sha256').update(readFileSync(stdout.trim())).digest('hex')).toBe(clip.sha256)
    expect(JSON.parse(readFileSync(stdout.trim().replace('.mp4', '.json'), 'utf8'))).toEqual(clip)
    await expect(cli('clip', 'export', 'nope', ...config, '--to', to)).rejects.toThrow(/there is no clip/)
  })

  it('ends its recordings in order, and every segment can be played', async () => {
    running.child.kill('SIGTERM')
    expect(await running.ended, running.errors()).toBe(0)
    const [day] = readdirSync(join(folder, 'data/segments/gate')) as [string]
    const dir = join(folder, 'data/segments/gate', day)
    const names = readdirSync(dir).sort()
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => !/^\d{9}-1\.mp4$/.test(name))).toEqual([])
    let frames = 0
    for (const name of names) {
      const count = ['-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0']
      const { stdout, stderr } = await runTool('ffprobe', ['-v', 'error', ...count, join(dir, name)])
      expect(stderr).toBe('')
      frames += Number(stdout)
      if (name !== names.at(-1)) expect(Number(stdout) % 25, name).toBe(0)
    }
    expect(frames).toBeGreaterThan(250)
    const left = readdirSync(join(folder, 'data/clips'), { recursive: true }) as string[]
    expect(left.filter((name) => name.endsWith('.part') || name.endsWith('.tmp'))).toEqual([])
  })
})
