import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { filter, firstValueFrom, takeWhile, toArray } from 'rxjs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import type { CameraSource } from '../../src/camera/source-contract.ts'
import { type CameraConfig, cameraSchema } from '../../src/config/schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Frame } from '../../src/core/frame.ts'
import { type SoundBlock, soundRateHz } from '../../src/core/sound.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'
import { writeWav } from '../support/wav.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: sound of cameras (ffmpeg is missing)\n')

const spec = { widthPx: 32, heightPx: 24, sampleFps: 8 }
const open: (() => unknown)[] = []
let folder: string
let silent: string
let sounding: string
let wav: string

/** A tone of 1 kHz from the second on to the third. */
const tone = Int16Array.from({ length: 4 * soundRateHz }, (_, n) =>
  n >= soundRateHz && n < 2 * soundRateHz
    ? Math.round(12_000 * Math.sin((2 * Math.PI * 1000 * n) / soundRateHz))
    : 0,
)

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('sound')
  silent = await testVideo({ name: 'four-seconds', widthPx: 160, heightPx: 96, seconds: 4 })
  wav = writeWav(join(folder, 'tone.wav'), tone)
  sounding = join(folder, 'sounding.mp4')
  const args = [
    '-v',
    'error',
    '-i',
    silent,
    '-i',
    wav,
    '-c:v',
    'copy',
    '-ar',
    '44100',
    '-ac',
    '2',
    '-c:a',
    'aac',
    sounding,
  ]
  await promisify(execFile)('ffmpeg', args)
})
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

function attach(url: string, sound: boolean, more: Partial<CameraConfig> = {}) {
  let started = 0
  const logged: string[] = []
  const log = (_fields: unknown, message: string) => logged.push(message)
  const source = createCameraSource({
    camera: { ...cameraSchema.parse({ id: 'gate', url }), realtime: false, ...more },
    streams: [spec],
    record: true,
    sound,
    clock: systemClock,
    spawn: ((...args: Parameters<typeof spawn>) => {
      started += 1
      return spawn(...args)
    }) as typeof spawn,
    random: () => 0,
    telemetry: { ...noTelemetry, log: { debug: log, info: log, warn: log, error: log } },
    env: process.env,
  })
  open.push(() => source.close())
  const frames: Frame[] = []
  const blocks: SoundBlock[] = []
  source.frames$(spec).subscribe((frame) => frames.push(frame))
  source.sound$.subscribe((block) => blocks.push(block))
  source.start()
  return { source, frames, blocks, logged, started: () => started }
}

const toEnd = (source: CameraSource) =>
  firstValueFrom(source.status$.pipe(filter(({ state }) => state === 'offline')))

/** Strength of a tone in one block, 0–1 of the largest sample. */
function strength({ data }: SoundBlock, hz: number): number {
  const samples = new Int16Array(data.buffer, data.byteOffset, data.length / 2)
  let [re, im] = [0, 0]
  samples.forEach((x, n) => {
    re += x * Math.cos((2 * Math.PI * hz * n) / soundRateHz)
    im += x * Math.sin((2 * Math.PI * hz * n) / soundRateHz)
  })
  return (2 * Math.hypot(re, im)) / samples.length / 32_768
}

describe.skipIf(!ready)('sound of a file', () => {
  it('comes at one rate with the time line of the pictures', async () => {
    const { source, blocks, frames, logged, started } = attach(sounding, true)
    expect(await toEnd(source)).toMatchObject({ code: null, reason: 'the file has ended' })
    const total = blocks.reduce((sum, { data }) => sum + data.length / 2, 0)
    expect(Math.abs(total / soundRateHz - 4)).toBeLessThan(0.1)
    const loud = blocks.filter((block) => strength(block, 1000) > 0.1)
    expect(loud[0]!.ptsUs / 1e6).toBeCloseTo(1, 0)
    expect(Math.abs(loud[0]!.ptsUs - 1e6)).toBeLessThan(120_000)
    expect(Math.abs(loud.at(-1)!.ptsUs - 1.95e6)).toBeLessThan(120_000)
    expect(frames.length).toBeGreaterThan(30)
    expect(started()).toBe(1)
    expect(logged.filter((line) => /error|damage/i.test(line))).toEqual([])
  })

  it('leaves pictures and their times as they are', async () => {
    const [deaf, hearing] = [attach(sounding, false), attach(sounding, true)]
    await Promise.all([toEnd(deaf.source), toEnd(hearing.source)])
    const facts = ({ frames }: { frames: Frame[] }) =>
      frames.map(({ ptsUs, seq, epoch, data }) => [ptsUs, seq, epoch, Buffer.from(data).toString('base64')])
    expect(facts(hearing)).toEqual(facts(deaf))
    expect(deaf.blocks).toEqual([])
  })

  it('is missing without an error where the camera has none', async () => {
    const [deaf, hearing] = [attach(silent, false), attach(silent, true)]
    const statuses = firstValueFrom(
      hearing.source.status$.pipe(
        takeWhile(({ state }) => state !== 'offline', true),
        toArray(),
      ),
    )
    await toEnd(deaf.source)
    expect((await statuses).map(({ state, code }) => [state, code])).toEqual([
      ['connecting', null],
      ['live', null],
      ['offline', null],
    ])
    expect(hearing.blocks).toEqual([])
    expect(hearing.frames.map(({ ptsUs, epoch }) => [ptsUs, epoch])).toEqual(
      deaf.frames.map(({ ptsUs, epoch }) => [ptsUs, epoch]),
    )
    expect(hearing.started()).toBe(2)
    expect(hearing.logged.join('\n')).toContain('no sound that can be decoded')
  })
})

describe.skipIf(!ready || !hasTool('rtspServer'))('sound over RTSP', () => {
  it('comes in G.711 beside the pictures, and a camera without it stays as it is', async () => {
    const server = await startRtspServer({
      mounts: { '/gate': silent, '/yard': silent },
      sounds: { '/gate': wav },
      user: 'viewer',
      password: 'pa55word',
    })
    open.push(() => server.kill())
    const gate = attach(server.url('/gate'), true, { realtime: true })
    const yard = attach(server.url('/yard'), true, { realtime: true })
    const heard = await firstValueFrom(
      gate.source.sound$.pipe(filter((block) => strength(block, 1000) > 0.1)),
    )
    const nearest = Math.min(...gate.frames.map(({ ptsUs }) => Math.abs(ptsUs - heard.ptsUs)))
    expect(nearest).toBeLessThan(500_000)
    await firstValueFrom(yard.source.frames$(spec))
    expect(yard.blocks).toEqual([])
    expect(yard.frames[0]).toMatchObject({ epoch: 1, seq: 0 })
    expect(yard.started()).toBe(2)
  })
})
