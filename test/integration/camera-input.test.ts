import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createReadStream, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { filter, firstValueFrom, take } from 'rxjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import type { CameraSource } from '../../src/camera/source-contract.ts'
import { type CameraConfig, cameraSchema } from '../../src/config/schema.ts'
import type { CameraState, CameraStatus } from '../../src/core/camera-status.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Fragment, Frame, FrameStreamSpec } from '../../src/core/frame.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { listen } from '../support/listen.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: camera inputs (ffmpeg is missing)\n')

const run = promisify(execFile)
const spec: FrameStreamSpec = { widthPx: 32, heightPx: 24, sampleFps: 8 }
const password = 'p4ss:w/0rd'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

interface Attached {
  readonly source: CameraSource
  readonly frames: Frame[]
  readonly fragments: Fragment[]
  readonly statuses: CameraStatus[]
  readonly children: ChildProcess[]
  readonly log: string[]
  reaches(state: CameraState): Promise<CameraStatus>
}

function attach(url: string, more: Partial<CameraConfig> = {}, streams = [spec]): Attached {
  const frames: Frame[] = []
  const fragments: Fragment[] = []
  const statuses: CameraStatus[] = []
  const children: ChildProcess[] = []
  const log: string[] = []
  const write = (fields: unknown, message: string) => log.push(JSON.stringify(fields) + message)
  const source = createCameraSource({
    camera: { ...cameraSchema.parse({ id: 'gate', url }), realtime: false, ...more },
    streams,
    record: true,
    clock: systemClock,
    spawn: ((...args: Parameters<typeof spawn>) => {
      const child = spawn(...args)
      children.push(child)
      return child
    }) as typeof spawn,
    random: () => 0,
    telemetry: { ...noTelemetry, log: { debug: write, info: write, warn: write, error: write } },
    env: { ...process.env, GATE_PASSWORD: password },
  })
  open.push(() => source.close())
  for (const stream of streams) source.frames$(stream).subscribe((frame) => frames.push(frame))
  source.fragments$.subscribe((fragment) => fragments.push(fragment))
  source.status$.subscribe((status) => statuses.push(status))
  source.start()
  const reaches = (state: CameraState) =>
    firstValueFrom(source.status$.pipe(filter((status) => status.state === state)))
  return { source, frames, fragments, statuses, children, log, reaches }
}

/** Presentation times of the file's pictures in microseconds, in order, as ffprobe reads them. */
async function sourceTimesUs(file: string): Promise<number[]> {
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file],
  ])
  const times = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Math.round(Number.parseFloat(line) * 1e6))
  return times.sort((a, b) => a - b)
}

/** The first picture of each cell of the time grid. */
function thinned(timesUs: readonly number[], fps: number): number[] {
  const cell = (us: number) => Math.floor((us * fps) / 1e6 + 0.000001)
  return timesUs.filter((us, n) => n === 0 || cell(us) !== cell(timesUs[n - 1]!))
}

const timesOf = (frames: readonly Frame[]) => frames.map(({ ptsUs }) => ptsUs)

describe.skipIf(!ready)('camera inputs', () => {
  let folder: string
  const make = async (name: string, args: readonly string[], source = 'testsrc2=size=160x96:rate=25') => {
    const file = join(folder, name)
    await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...args, file])
    return file
  }
  const h264 = (seconds: number) =>
    `-t ${seconds} -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p`.split(' ')

  beforeAll(() => {
    folder = tempDir('inputs')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('gives the times of a file with a changing frame rate, exactly', async () => {
    const file = await make('vfr.mp4', [
      ...['-vf', "select='gt(mod(n*7,11),3)*not(between(n,40,55))'", '-fps_mode', 'passthrough'],
      ...h264(4),
    ])
    const times = await sourceTimesUs(file)
    expect(new Set(times.slice(1).map((us, n) => us - times[n]!)).size).toBeGreaterThan(2)
    const camera = attach(file)
    await camera.reaches('offline')
    const startUs = times[0]!
    expect(timesOf(camera.frames)).toEqual(
      thinned(
        times.map((us) => us - startUs),
        8,
      ),
    )
  })

  it('thins one decoding to several sizes and rates', async () => {
    const file = await make('several.mp4', h264(3))
    const small = { widthPx: 16, heightPx: 16, sampleFps: 2 }
    const camera = attach(file, {}, [spec, small])
    await camera.reaches('offline')
    const times = await sourceTimesUs(file)
    const ofSize = ({ widthPx }: FrameStreamSpec) =>
      camera.frames.filter((frame) => frame.widthPx === widthPx)
    expect(timesOf(ofSize(spec))).toEqual(thinned(times, 8))
    expect(timesOf(ofSize(small))).toEqual(thinned(times, 2))
    for (const { data, widthPx, heightPx } of camera.frames) expect(data).toHaveLength(widthPx * heightPx * 3)
    expect(camera.children).toHaveLength(1)
  })

  it('puts recording and frames on one time line, also with reordered pictures', async () => {
    const file = await make('b.mp4', [...h264(3), '-preset', 'veryfast', '-bf', '3'])
    const camera = attach(file, {}, [{ ...spec, sampleFps: 25 }])
    await camera.reaches('offline')
    const keyframes = camera.fragments.filter(({ keyframe }) => keyframe).map(({ ptsUs }) => ptsUs)
    expect(keyframes).toEqual([0, 1_000_000, 2_000_000])
    expect(timesOf(camera.frames)).toEqual(expect.arrayContaining(keyframes))
    const media = camera.fragments.filter(({ kind }) => kind === 'media')
    const endUs = media.at(-1)!.ptsUs + media.at(-1)!.durationUs
    expect(Math.abs(endUs - 3_000_000)).toBeLessThanOrEqual(80_000)
  })

  it('ends with its file also where only packets are wanted', async () => {
    const camera = attach(await make('packets.mp4', h264(1)), {}, [])
    expect(await camera.reaches('offline')).toMatchObject({ code: null, reason: 'the file has ended' })
    expect(camera.fragments.some(({ kind }) => kind === 'media')).toBe(true)
  })

  it('ends with its file, once, and leaves nothing behind', async () => {
    const camera = attach(await make('short.mp4', h264(1)))
    expect(await camera.reaches('offline')).toMatchObject({ code: null, reason: 'the file has ended' })
    await camera.source.close()
    expect(camera.statuses.map(({ state }) => state)).toEqual(['connecting', 'live', 'offline'])
    expect(camera.children.map(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([false])
  })

  it('goes on in the same time line when a file is looped', async () => {
    const camera = attach(await make('loop.mp4', h264(1)), { loop: true })
    await firstValueFrom(camera.source.frames$(spec).pipe(filter(({ seq }) => seq >= 30)))
    await camera.source.close()
    const steps = timesOf(camera.frames).map((us, n, all) => (n === 0 ? 120_000 : us - all[n - 1]!))
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(80_000)
    expect(Math.max(...steps)).toBeLessThanOrEqual(160_000)
    expect(new Set(camera.frames.map(({ epoch }) => epoch))).toEqual(new Set([1]))
    // What is recorded goes on as well, over every seam.
    const packets = camera.fragments.filter(({ kind }) => kind === 'media')
    const gaps = packets.slice(1).map(({ ptsUs }, n) => ptsUs - packets[n]!.ptsUs - packets[n]!.durationUs)
    expect(Math.max(...gaps.map(Math.abs))).toBeLessThanOrEqual(80_000)
    expect(packets.at(-1)!.ptsUs).toBeGreaterThan(3_000_000)
  })

  it('reads a file at its own speed when told to', async () => {
    const camera = attach(await make('paced.mp4', h264(2)), { realtime: true })
    await camera.reaches('offline')
    const [first, last] = [camera.frames[0]!, camera.frames.at(-1)!]
    const tookMs = last.arrivalMonoMs - first.arrivalMonoMs
    expect(tookMs).toBeGreaterThan((last.ptsUs - first.ptsUs) / 1000 - 400)
  })

  it('survives broken bytes in the middle', async () => {
    const file = await make('broken.ts', [...h264(6), '-f', 'mpegts'])
    const bytes = readFileSync(file)
    const middle = Math.floor(bytes.length / 2)
    for (let at = middle; at < middle + 30_000; at += 1) bytes[at] = (at * 197 + 31) & 0xff
    writeFileSync(file, bytes)
    const camera = attach(file)
    expect(await camera.reaches('offline')).toMatchObject({ code: null })
    const times = timesOf(camera.frames)
    expect(times.filter((us) => us < 2_000_000).length).toBeGreaterThanOrEqual(14)
    expect(times.filter((us) => us > 4_500_000).length).toBeGreaterThanOrEqual(8)
    expect(camera.children).toHaveLength(1)
  })

  it('survives a change of the picture size in the middle', async () => {
    const parts = [
      await make('one.ts', [...h264(2), '-f', 'mpegts']),
      await make(
        'two.ts',
        [...h264(2), '-f', 'mpegts', '-output_ts_offset', '2'],
        'testsrc2=size=320x240:rate=25',
      ),
    ]
    const file = join(folder, 'both.ts')
    writeFileSync(file, Buffer.concat(parts.map((part) => readFileSync(part))))
    const camera = attach(file)
    expect(await camera.reaches('offline')).toMatchObject({ code: null })
    const times = timesOf(camera.frames)
    expect(times.filter((us) => us < 1_900_000).length).toBeGreaterThanOrEqual(14)
    expect(times.filter((us) => us > 2_100_000).length).toBeGreaterThanOrEqual(14)
    for (const { data } of camera.frames) {
      expect(data).toHaveLength(spec.widthPx * spec.heightPx * 3)
      expect(new Set(data).size).toBeGreaterThan(20)
    }
  })

  describe('over HTTP with a password', () => {
    let server: Server
    let file: string
    const url = (secret: string) =>
      `http://viewer:${encodeURIComponent(secret)}@127.0.0.1:${(server.address() as AddressInfo).port}/a.ts`

    beforeAll(async () => {
      file = await make('http.ts', [...h264(2), '-f', 'mpegts'])
      const wanted = `Basic ${Buffer.from(`viewer:${password}`).toString('base64')}`
      server = createServer((request, response) => {
        if (request.headers.authorization !== wanted) {
          response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end()
          return
        }
        response.writeHead(200, { 'content-length': statSync(file).size })
        createReadStream(file).pipe(response)
      })
      await listen(server)
    })
    afterAll(() => new Promise((resolve) => server.close(resolve)))

    it('gives frames and shows the password nowhere', async () => {
      const camera = attach(url(password), { realtime: true })
      await firstValueFrom(camera.source.frames$(spec).pipe(take(2)))
      const { pid } = camera.children[0]!
      const seen = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1'))
      expect(seen[0]).toContain('pipe:0')
      for (const text of [...seen, ...camera.log, JSON.stringify(camera.statuses)])
        for (const secret of [password, encodeURIComponent(password)]) expect(text).not.toContain(secret)
    })

    it('says that the password is wrong and does not hammer', async () => {
      const camera = attach(url('wrong-one'))
      expect(await camera.reaches('offline')).toMatchObject({ code: 'CAMERA_UNAUTHORIZED' })
      expect(camera.log.join('\n')).not.toContain('wrong-one')
      expect(camera.children).toEqual([])
    })
  })

  it('tells a crash of ffmpeg from a camera that went away, and connects again', async () => {
    const camera = attach(await make('crash.mp4', h264(5)), { realtime: true })
    await firstValueFrom(camera.source.frames$(spec).pipe(take(2)))
    camera.children[0]!.kill('SIGSEGV')
    expect(await camera.reaches('offline')).toMatchObject({
      code: 'MEDIA_FFMPEG_FAILED',
      reason: 'ffmpeg was ended by SIGSEGV',
    })
    const again = await firstValueFrom(camera.source.frames$(spec).pipe(take(1)))
    expect(again).toMatchObject({ epoch: 2, seq: 0 })
  })
})
