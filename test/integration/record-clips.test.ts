import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { filter, firstValueFrom, type Observable, take, takeWhile, toArray } from 'rxjs'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import type { CameraSource } from '../../src/camera/source-contract.ts'
import { cameraSchema } from '../../src/config/schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Fragment, Frame } from '../../src/core/frame.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { clipPath, encodeNote } from '../../src/record/clip/clip-part.ts'
import { forgetPart } from '../../src/record/clip/finish-clip.ts'
import type { FinishedClip } from '../../src/record/clip/finished-clip.ts'
import { recoverClips } from '../../src/record/clip/recover-clips.ts'
import { type ClipRecorder, createClipRecorder } from '../../src/record/clip-recorder.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready)
  process.stderr.write('skipped: clips of alerts (ffmpeg or the GStreamer RTSP server is missing)\n')

/** Every picture, small: exact enough to recognise each by its pixels. */
const spec = { widthPx: 96, heightPx: 64, sampleFps: 25 }
const gopMs = 1000
const frameMs = 40
const fragmentMs = 200
const preRollMs = 1500
const postRollMs = 1000

const run = promisify(execFile)
const open: (() => unknown)[] = []
let dir: string
beforeEach(() => {
  dir = tempDir('record')
})
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function serve(options: Parameters<typeof startRtspServer>[0]) {
  const server = await startRtspServer(options)
  open.push(() => server.kill())
  return server
}

function attach(id: string, url: string): CameraSource {
  const source = createCameraSource({
    camera: cameraSchema.parse({ id, url, loop: true, stallTimeoutMs: 1500 }),
    streams: [spec],
    record: true,
    clock: systemClock,
    spawn,
    random: () => 0,
    telemetry: noTelemetry,
  })
  open.push(() => source.close())
  return source
}

function recorderOf(source: CameraSource): { recorder: ClipRecorder; clips: Promise<FinishedClip[]> } {
  const recorder = createClipRecorder({
    cameraId: source.id,
    fragments$: source.fragments$,
    dir,
    preRollMs,
    postRollMs,
    maxClipMs: 30_000,
    spawn,
    clock: systemClock,
    telemetry: noTelemetry,
  })
  open.push(() => recorder.close())
  return { recorder, clips: firstValueFrom(recorder.clips$.pipe(toArray())) }
}

const first = <T>(stream: Observable<T>, when: (value: T) => boolean) =>
  firstValueFrom(stream.pipe(filter(when), take(1)))

/** A camera does not wait for us: the first packets that come depend on keyframes that do not. */
async function joinBetweenKeyframes(url: string) {
  for (;;) {
    const source = attach('gate', url)
    const seen: Frame[] = []
    source.frames$(spec).subscribe((frame) => seen.push(frame))
    const recording = recorderOf(source)
    source.start()
    const { ptsUs } = await first(source.frames$(spec), () => true)
    if (ptsUs >= 200_000 && ptsUs <= 900_000) return { source, seen, ...recording }
    await recording.recorder.close()
    await source.close()
  }
}

async function probe(file: string) {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', file]
  const { streams, format } = JSON.parse((await run('ffprobe', args)).stdout)
  const [stream] = streams
  return {
    tag: stream.codec_tag_string as string,
    frames: Number(stream.nb_read_frames),
    durationMs: Math.round(Number(format.duration) * 1000),
    startS: Number(stream.start_time),
    widthPx: stream.width as number,
  }
}

/** The boxes of a file's top level, in order, as ffprobe meets them. */
async function topBoxes(file: string): Promise<string[]> {
  const { stderr } = await run('ffprobe', ['-v', 'trace', file], { maxBuffer: 1e9 })
  return [...stderr.matchAll(/type:'(\w{4})' parent:'root'/g)].map((match) => match[1]!)
}

/** All pictures as the camera's own filter makes them; rejects when any cannot be decoded without complaint. */
async function pictures(file: string): Promise<Buffer[]> {
  const { widthPx, heightPx } = spec
  const filters = `scale=${widthPx}:${heightPx}:flags=area,format=rgb24`
  const args = ['-v', 'error', '-xerror', '-i', file, '-vf', filters, '-fps_mode', 'passthrough']
  const { stdout, stderr } = await run('ffmpeg', [...args, '-f', 'rawvideo', 'pipe:1'], {
    encoding: 'buffer',
    maxBuffer: 1e9,
  })
  expect(stderr.toString()).toBe('')
  const bytes = widthPx * heightPx * 3
  return Array.from({ length: stdout.length / bytes }, (_, n) => stdout.subarray(n * bytes, (n + 1) * bytes))
}

describe.skipIf(!ready)('clips of alerts', () => {
  const video = {} as Record<'h264' | 'h265', string>
  beforeAll(async () => {
    for (const codec of ['h264', 'h265'] as const) video[codec] = await testVideo({ name: 'test', codec })
  })

  it.each([
    ['H.264', 'h264', 'avc1'],
    ['H.265', 'h265', 'hvc1'],
  ] as const)(
    '%s: 10 overlapping clips have the length and the pictures asked for',
    async (_name, codec, tag) => {
      const server = await serve({ mounts: { '/one': video[codec] } })
      const viewer = attach('viewer', server.url('/one'))
      viewer.start()
      await first(viewer.frames$(spec), () => true)
      const { source, recorder, clips, seen } = await joinBetweenKeyframes(server.url('/one'))
      const asked: { alertId: string; first: Frame; last: Frame }[] = []
      const alert = async (index: number) => {
        const alertId = `alert-${index}`
        const start = await first(source.frames$(spec), ({ ptsUs }) => ptsUs >= 3_000_000 + index * 370_000)
        // Known later than it begins and ends, as with a model that looks at whole clips.
        await first(source.frames$(spec), ({ ptsUs }) => ptsUs >= start.ptsUs + 600_000)
        recorder.begin(alertId, start.ptsUs, start.epoch)
        const last = await first(
          source.frames$(spec),
          ({ ptsUs }) => ptsUs >= start.ptsUs + 700_000 + index * 90_000,
        )
        await first(source.frames$(spec), ({ ptsUs }) => ptsUs >= last.ptsUs + index * 250_000)
        recorder.end(alertId, last.ptsUs)
        asked.push({ alertId, first: start, last })
      }
      const finished = firstValueFrom(recorder.clips$.pipe(take(10), toArray()))
      await Promise.all(Array.from({ length: 10 }, (_, index) => alert(index)))
      await finished
      await recorder.close()

      const found = new Map((await clips).map((clip) => [clip.alertId, clip]))
      expect(found.size).toBe(10)
      for (const { alertId, first: start, last } of asked) {
        const clip = found.get(alertId)!
        const file = await probe(clip.path)
        expect([clip.reason, file.tag, file.startS], alertId).toEqual([undefined, tag, 0])
        const boxes = await topBoxes(clip.path)
        expect(boxes.filter((type) => type === 'moov' || type === 'mdat')).toEqual(['moov', 'mdat'])

        // What is in the pictures counts, not what the recorder says: each is found among those of the camera.
        const shown = await pictures(clip.path)
        expect(shown).toHaveLength(file.frames)
        const near = seen.filter(({ ptsUs }) => Math.abs(ptsUs - start.ptsUs) < 5_000_000)
        const ptsOf = (picture: Buffer) => near.find(({ data }) => picture.equals(data))?.ptsUs ?? Number.NaN
        const preMs = (start.ptsUs - ptsOf(shown[0]!)) / 1000
        expect(preMs, alertId).toBeGreaterThanOrEqual(preRollMs)
        expect(preMs, alertId).toBeLessThanOrEqual(preRollMs + gopMs)
        expect(Math.abs(clip.preRollMs - preMs), alertId).toBeLessThanOrEqual(frameMs)
        const postMs = (ptsOf(shown.at(-1)!) + frameMs * 1000 - last.ptsUs) / 1000
        expect(postMs, alertId).toBeGreaterThanOrEqual(postRollMs - frameMs)
        expect(postMs, alertId).toBeLessThanOrEqual(postRollMs + fragmentMs + frameMs)

        const askedMs = preRollMs + (last.ptsUs - start.ptsUs) / 1000 + postRollMs
        expect(Math.abs(file.durationMs - askedMs), alertId).toBeLessThanOrEqual(gopMs + fragmentMs)
        expect(Math.abs(clip.durationMs - file.durationMs)).toBeLessThanOrEqual(1)
        const bytes = readFileSync(clip.path)
        expect(clip.bytes).toBe(bytes.length)
        expect(clip.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
        expect((await probe(clip.thumbnailPath!)).widthPx).toBe(640)
        // Until the database has the clip it could be made again.
        expect(existsSync(`${clip.path}.part`)).toBe(true)
        await forgetPart(clip.path)
        expect(existsSync(`${clip.path}.part`)).toBe(false)
      }
    },
  )

  it('ends a clip early when the camera is killed, and records the next connection again', async () => {
    const server = await serve({ mounts: { '/one': video.h264 } })
    const source = attach('gate', server.url('/one'))
    const { recorder, clips } = recorderOf(source)
    source.start()
    const start = await first(source.frames$(spec), ({ ptsUs }) => ptsUs >= 2_500_000)
    recorder.begin('lost', start.ptsUs, start.epoch)
    await server.kill()
    await serve({ mounts: { '/one': video.h264 }, port: server.port })
    const again = await first(
      source.frames$(spec),
      ({ epoch, ptsUs }) => epoch > start.epoch && ptsUs > 2_000_000,
    )
    recorder.begin('again', again.ptsUs, again.epoch)
    recorder.end('again', again.ptsUs)
    await first(recorder.clips$, ({ alertId }) => alertId === 'again')
    await recorder.close()
    const [lost, next] = await clips
    expect([lost?.alertId, lost?.reason, lost?.epoch]).toEqual(['lost', 'camera_lost', start.epoch])
    expect((await pictures(lost!.path)).length).toBeGreaterThan(preRollMs / frameMs)
    expect([next?.alertId, next?.reason, next?.epoch]).toEqual(['again', undefined, again.epoch])
  })
})

describe.skipIf(!hasTool('ffmpeg'))('parts that a crash left', () => {
  const recover = async () => {
    const said: string[] = []
    const log = { ...noTelemetry.log, error: (_: unknown, message: string) => said.push(message) }
    const clips: FinishedClip[] = []
    const recovery = await recoverClips({
      dir,
      spawn,
      clock: systemClock,
      telemetry: { ...noTelemetry, log },
      onRecovered: (clip) => clips.push(clip),
      onLost: ({ alertId, reason }) => said.push(`${alertId} ${reason}`),
    })
    await recovery.finish()
    expect(said).toEqual([])
    return clips
  }

  it.each(['h264', 'h265'] as const)('%s: are finished wherever they were cut off', async (codec) => {
    const source = attach('gate', await testVideo({ name: 'test', codec }))
    const got = firstValueFrom(
      source.fragments$.pipe(
        takeWhile(({ ptsUs }) => ptsUs < 2_000_000),
        toArray(),
      ),
    )
    source.start()
    const fragments: Fragment[] = await got
    await source.close()
    const noteOf = (alertId: string) =>
      ({
        version: 1,
        alertId,
        cameraId: 'gate',
        epoch: 1,
        alertPtsUs: 0,
        firstPtsUs: 0,
        startedMs: 0,
      }) as const
    const data = Buffer.concat(fragments.map((fragment) => fragment.data))
    const whole = fragments[0]!.data.length + fragments[1]!.data.length
    // In the middle of boxes and of pictures, and at the last byte.
    const places = [0, 3, 20, 400, 0.13, 0.37, 0.52, 0.71, 0.93]
    const cuts = places.map((n) => Math.round(whole + (n >= 1 ? n : n * (data.length - whole))))
    for (const [index, cut] of [...cuts, data.length - 1, data.length].entries()) {
      const alertId = `cut-${String(index).padStart(2, '0')}`
      const path = clipPath({ dir, cameraId: 'gate', alertId, atMs: 0 })
      await run('mkdir', ['-p', dirname(path)])
      writeFileSync(`${path}.part`, Buffer.concat([encodeNote(noteOf(alertId)), data.subarray(0, cut)]))
    }
    const recovered = await recover()
    expect(recovered.map(({ reason }) => reason)).toEqual(Array(11).fill('recovered'))
    const counts: number[] = []
    for (const clip of recovered) counts.push((await pictures(clip.path)).length)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(counts.slice(0, 3)).toEqual([5, 5, 5])
    expect(counts.slice(-2)).toEqual([49, 50])
  })

  it('are finished after kill -9, with all that had been written', async () => {
    const file = await testVideo({ name: 'test', codec: 'h264' })
    const url = (path: string) => JSON.stringify(join(import.meta.dirname, '../../src', path))
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { spawn } from 'node:child_process'
         import { createCameraSource } from ${url('camera/camera-source.ts')}
         import { createClipRecorder } from ${url('record/clip-recorder.ts')}
         import { systemClock as clock } from ${url('core/clock.ts')}
         import { noTelemetry as telemetry } from ${url('core/telemetry-port.ts')}
         import { cameraSchema } from ${url('config/schema.ts')}
         const camera = cameraSchema.parse({ id: 'gate', url: ${JSON.stringify(file)}, loop: true })
         const source = createCameraSource({ camera, streams: [], record: true, clock, spawn, random: () => 0,
           telemetry })
         const recorder = createClipRecorder({ cameraId: 'gate', fragments$: source.fragments$,
           dir: ${JSON.stringify(dir)}, preRollMs: 1000, postRollMs: 1000, maxClipMs: 30000, spawn, clock, telemetry })
         let media = 0
         let bytes = 0
         source.fragments$.subscribe(({ kind, data }) => {
           bytes += data.length
           if (kind === 'media' && ++media === 5) console.log(recorder.begin('crashed', 0, 1))
           if (media === 15) console.log(bytes)
         })
         source.start()`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    open.push(() => child.kill('SIGKILL'))
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const part = `${(await lines.next()).value}.part`
    const bytes = Number((await lines.next()).value)
    await expect
      .poll(() => existsSync(part) && statSync(part).size, { timeout: 10_000 })
      .toBeGreaterThan(bytes)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    const [clip, ...others] = await recover()
    expect([clip?.alertId, clip?.reason, others.length]).toEqual(['crashed', 'recovered', 0])
    expect((await pictures(clip!.path)).length).toBeGreaterThanOrEqual(15 * 5)
  })
})
