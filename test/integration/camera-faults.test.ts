import { execFile, spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { filter, firstValueFrom } from 'rxjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cameraStatus } from '../../pipelines/camera-status.ts'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import { cameraSchema } from '../../src/config/schema.ts'
import type { CameraStatus } from '../../src/core/camera-status.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Fragment, Frame } from '../../src/core/frame.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { listen } from '../support/listen.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: faults of cameras (ffmpeg is missing)\n')

const run = promisify(execFile)
const spec = { widthPx: 32, heightPx: 32, sampleFps: 8 }
let folder: string
const open: (() => unknown)[] = []
beforeAll(() => {
  folder = tempDir('faults')
})
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function make(name: string, source: string, ...args: string[]): Promise<string> {
  const file = join(folder, name)
  const inputs = source === '' ? [] : ['-f', 'lavfi', '-i', source]
  await run('ffmpeg', ['-v', 'error', '-y', ...inputs, ...args.join(' ').split(' '), file])
  return file
}
const h264 = '-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p'

/** A camera with its whole status, and what it counts. */
function attach(url: string, realtime = false) {
  const statuses: CameraStatus[] = []
  const frames: Frame[] = []
  const fragments: Fragment[] = []
  const counts = new Map<string, number>()
  const pictures = new Map<string, number>()
  const camera = cameraSchema.parse({ id: 'gate', url, realtime })
  const telemetry = {
    ...noTelemetry,
    count: (name: string, labels: Record<string, string>, by = 1) => {
      const key = [name, labels.reason].filter(Boolean).join(' ')
      counts.set(key, (counts.get(key) ?? 0) + by)
    },
    gauge: (_name: string, { picture }: Record<string, string>, value: number) =>
      picture === undefined ? undefined : pictures.set(picture, value),
  }
  const parts = { clock: systemClock, telemetry }
  const source = createCameraSource({
    camera,
    streams: [spec],
    record: true,
    spawn,
    random: () => 0,
    ...parts,
  })
  open.push(() => source.close())
  source.frames$(spec).subscribe((frame) => frames.push(frame))
  source.fragments$.subscribe((fragment) => fragments.push(fragment))
  const status$ = cameraStatus({ camera, source, stream: spec, ...parts })
  status$.subscribe((status) => statuses.push(status))
  source.start()
  const reaches = (is: (status: CameraStatus) => boolean) => firstValueFrom(status$.pipe(filter(is)))
  return { source, statuses, frames, fragments, counts, pictures, reaches }
}

/** Serves one file for each request, at about the speed of its video, and the last one from then on. */
async function serve(...files: string[]): Promise<string> {
  const server: Server = createServer((_request, response) => {
    const file = files.length > 1 ? files.shift()! : files[0]!
    response.writeHead(200).end(readFileSync(file))
  })
  await listen(server)
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.ts`
}

describe.skipIf(!ready)('what cameras send', () => {
  it('is turned as its rotation says', async () => {
    const half = 'color=black:size=96x96:rate=8,drawbox=w=48:color=white:t=fill'
    const flat = await make('flat.mp4', half, '-t 1', h264)
    const file = join(folder, 'turned.mp4')
    await run('ffmpeg', ['-v', 'error', '-y', '-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', file])
    const camera = attach(file)
    await camera.reaches(({ state }) => state === 'offline')
    const { data } = camera.frames[3]!
    const at = (x: number, y: number) => data[(y * spec.widthPx + x) * 3]!
    // White was on the left; a quarter turn brings it to the top or the bottom, and no side is darker than the other.
    expect(Math.abs(at(16, 4) - at(16, 28))).toBeGreaterThan(150)
    expect(Math.abs(at(4, 4) - at(28, 4))).toBeLessThan(40)
  })

  it('goes on in one time line when the timestamps of MPEG-TS wrap', async () => {
    // 33 bits at 90 kHz wrap after 95443.7 s.
    const file = await make(
      'wrap.ts',
      'testsrc2=size=96x96:rate=25',
      ...['-t 6', h264, '-output_ts_offset 95440 -f mpegts'],
    )
    const camera = attach(file)
    await camera.reaches(({ state }) => state === 'offline')
    const times = camera.frames.map(({ ptsUs }) => ptsUs)
    expect(times.length).toBeGreaterThanOrEqual(46)
    const steps = times.slice(1).map((us, n) => us - times[n]!)
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(80_000)
    expect(Math.max(...steps)).toBeLessThanOrEqual(160_000)
    const starts = camera.fragments.filter(({ kind }) => kind === 'media').map(({ ptsUs }) => ptsUs)
    expect([...starts].sort((a, b) => a - b)).toEqual(starts)
    expect(starts.at(-1)! - starts[0]!).toBeLessThan(6_000_000)
  })

  it('without video is told as such, and tried again slower and slower', async () => {
    const sound = await make('sound.ts', 'sine=frequency=440', '-t 2 -c:a mp2 -f mpegts')
    const nothing = join(folder, 'nothing.ts')
    writeFileSync(nothing, '')
    for (const file of [sound, nothing]) {
      const camera = attach(file)
      const { state, reason } = await camera.reaches(({ code }) => code === 'MEDIA_NO_VIDEO')
      expect([state, reason]).toEqual(['offline', expect.stringMatching(/video/)])
      expect(camera.counts.get('vireo_camera_restarts_total MEDIA_NO_VIDEO')).toBe(1)
      expect(camera.frames).toEqual([])
    }
  })

  it('in another size makes the connection anew, so that what is recorded can be decoded', async () => {
    const small = await make('small.ts', 'testsrc2=size=160x96:rate=25', '-t 2', h264, '-f mpegts')
    const large = await make(
      'large.ts',
      'testsrc2=size=320x240:rate=25',
      ...['-t 3', h264, '-output_ts_offset 2 -f mpegts'],
    )
    const both = join(folder, 'both.ts')
    writeFileSync(both, Buffer.concat([readFileSync(small), readFileSync(large)]))
    const camera = attach(await serve(both, large), true)
    await camera.reaches(({ code }) => code === 'MEDIA_CHANGED')
    await camera.reaches(({ state, epoch }) => state === 'live' && epoch === 2)
    await firstValueFrom(
      camera.source.fragments$.pipe(filter(({ kind, epoch }) => kind === 'media' && epoch === 2)),
    )
    await camera.source.close()
    expect(camera.counts.get('vireo_camera_restarts_total MEDIA_CHANGED')).toBe(1)
    for (const [epoch, width] of [
      [1, '160'],
      [2, '320'],
    ] as const) {
      const own = camera.fragments.filter((fragment) => fragment.epoch === epoch)
      expect(own.filter(({ kind }) => kind === 'init')).toHaveLength(1)
      const file = join(folder, `epoch-${epoch}.mp4`)
      writeFileSync(file, Buffer.concat(own.map(({ data }) => data)))
      const { stdout, stderr } = await run('ffprobe', [
        ...['-v', 'error', '-show_entries', 'frame=width', '-of', 'csv=p=0', file],
      ])
      expect(stderr).toBe('')
      expect(new Set(stdout.match(/\d+/g))).toEqual(new Set([width]))
    }
  })

  it('with broken bytes all the way is told as corrupt, and goes on', async () => {
    const file = await make('broken.ts', 'testsrc2=size=320x240:rate=25', '-t 8', h264, '-f mpegts')
    const bytes = readFileSync(file)
    for (let at = 100_000; at < bytes.length; at += 4001) bytes[at] = bytes[at]! ^ 0xff
    writeFileSync(file, bytes)
    const camera = attach(file)
    const { state, reason } = await camera.reaches(({ picture }) => picture === 'corrupt')
    expect([state, reason]).toEqual(['live', expect.stringMatching(/broken/)])
    expect(camera.pictures.get('corrupt')).toBe(1)
    await camera.reaches((status) => status.state === 'offline')
    expect(camera.counts.get('vireo_camera_damage_total')).toBeGreaterThan(3)
    expect(camera.frames.length).toBeGreaterThan(20)
  })

  it('with too few pictures a second is told as slow within 15 s', async () => {
    const file = await make('slow.mp4', 'testsrc2=size=96x96:rate=3,noise=alls=40:allf=t', '-t 20', h264)
    const camera = attach(file, true)
    const startedMs = performance.now()
    expect(await camera.reaches(({ picture }) => picture === 'slow')).toMatchObject({ state: 'live' })
    expect(performance.now() - startedMs).toBeLessThan(15_000)
    expect(camera.pictures.get('slow')).toBe(1)
  })
})
