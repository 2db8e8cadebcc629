import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { filter, firstValueFrom, type Observable, take, toArray } from 'rxjs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import type { CameraSource } from '../../src/camera/source-contract.ts'
import type { CameraConfig } from '../../src/config/schema.ts'
import type { CameraStatus } from '../../src/core/camera-status.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Fragment, Frame } from '../../src/core/frame.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { testVideo } from '../support/test-video.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready)
  process.stderr.write('skipped: camera over RTSP (ffmpeg or the GStreamer RTSP server is missing)\n')

const spec = { widthPx: 96, heightPx: 64, sampleFps: 8 }
const password = 'p4ss w/0rd'
const logs: string[] = []
/** Of every ffmpeg that was started. */
const pids: number[] = []
const log = (fields: unknown, message: string) => logs.push(JSON.stringify(fields) + message)

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

function attach(url: string, more: Partial<CameraConfig> = {}): CameraSource {
  const camera: CameraConfig = {
    id: 'gate',
    url,
    transport: 'tcp',
    hardwareDecode: 'none',
    motion: { enabled: true, threshold: 0.01, holdMs: 1000 },
    picture: { enabled: true, frozenAfterMs: 4000, tamperAfterMs: 20_000 },
    realtime: true,
    loop: false,
    stallTimeoutMs: 1500,
    paused: false,
    ...more,
  }
  const source = createCameraSource({
    camera,
    streams: [spec],
    record: true,
    clock: systemClock,
    spawn: ((...args: Parameters<typeof spawn>) => {
      const child = spawn(...args)
      pids.push(child.pid!)
      return child
    }) as typeof spawn,
    random: () => 0,
    telemetry: { ...noTelemetry, log: { debug: log, info: log, warn: log, error: log } },
    env: { ...process.env, GATE_PASSWORD: password },
  })
  open.push(() => source.close())
  source.start()
  return source
}

const some = <T>(stream: Observable<T>, count: number) => firstValueFrom(stream.pipe(take(count), toArray()))
const reaches = (source: CameraSource, state: CameraStatus['state']) =>
  firstValueFrom(source.status$.pipe(filter((status) => status.state === state)))

async function serve(options: Parameters<typeof startRtspServer>[0]): Promise<RtspServer> {
  const server = await startRtspServer(options)
  open.push(() => server.kill())
  return server
}

function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
        if (!command.startsWith('ffmpeg')) return []
        return (command + readFileSync(`/proc/${pid}/environ`, 'latin1')).includes(text) ? [pid] : []
      } catch {
        return []
      }
    })
}

describe.skipIf(!ready)('camera over RTSP', () => {
  let h264: string
  let h265: string
  beforeAll(async () => {
    h264 = await testVideo({ name: 'test', codec: 'h264' })
    h265 = await testVideo({ name: 'test', codec: 'h265' })
  })

  it.each([
    ['H.264 over TCP', 'h264', 'tcp'],
    ['H.265 over TCP', 'h265', 'tcp'],
    ['H.264 over UDP', 'h264', 'udp'],
  ] as const)('%s with digest authentication', async (_name, codec, transport) => {
    const server = await serve({
      mounts: { '/one': codec === 'h264' ? h264 : h265 },
      user: 'viewer',
      password,
    })
    const source = attach(server.url('/one'), { transport })
    const fragments = some(source.fragments$, 4)
    const frames = await some(source.frames$(spec), 17)
    expect(frames.map(({ seq }) => seq)).toEqual(Array.from({ length: 17 }, (_, n) => n))
    // 25 frames a second thinned to 8: every step is 120 or 160 ms on the source's own clock.
    const steps = frames.slice(1).map(({ ptsUs }, n) => (ptsUs - frames[n]!.ptsUs) / 1000)
    if (transport === 'tcp') for (const step of steps) expect([120, 160]).toContain(Math.round(step))
    expect(frames[16]!.ptsUs - frames[0]!.ptsUs).toBeGreaterThanOrEqual(1_880_000)
    expect(new Set(frames[0]!.data).size).toBeGreaterThan(20)
    const [init, first] = (await fragments) as [Fragment, Fragment]
    expect([init.kind, first.kind, first.keyframe]).toEqual(['init', 'media', true])
    expect(Buffer.from(init.data).includes(codec === 'h264' ? 'avc1' : 'hev1')).toBe(true)
  })

  it('shows the password to no other process, log or status', async () => {
    const server = await serve({ mounts: { '/one': h264 }, user: 'viewer', password })
    const source = attach(server.url('/one'))
    await some(source.frames$(spec), 2)
    const status = await reaches(source, 'live')
    for (const secret of [password, encodeURIComponent(password)]) {
      expect(processesWith(secret)).toEqual([])
      expect(JSON.stringify(status)).not.toContain(secret)
    }
    expect(processesWith('pipe:0').length).toBeGreaterThan(0)
  })

  it('says that the password is wrong', async () => {
    const server = await serve({ mounts: { '/one': h264 }, user: 'viewer', password: 'other' })
    const source = attach(server.url('/one').replace('other', 'wrong'))
    expect(await reaches(source, 'offline')).toMatchObject({ code: 'CAMERA_UNAUTHORIZED' })
    expect(logs.join('\n')).toContain('ffmpeg: ')
    expect(logs.join('\n')).not.toContain('wrong')
  })

  it('says that the path is wrong', async () => {
    const server = await serve({ mounts: { '/one': h264 } })
    expect(await reaches(attach(server.url('/two')), 'offline')).toMatchObject({ code: 'CAMERA_NOT_FOUND' })
  })

  it('comes back after the camera was killed, in a new epoch, while another loses nothing', async () => {
    const server = await serve({ mounts: { '/one': h264 } })
    const other = await serve({ mounts: { '/two': h264 } })
    const source = attach(server.url('/one'))
    const neighbour = attach(other.url('/two'), { id: 'yard' })
    const neighbourFrames: Frame[] = []
    neighbour.frames$(spec).subscribe((frame) => neighbourFrames.push(frame))
    const before = (await some(source.frames$(spec), 3)).at(-1)!
    await some(neighbour.frames$(spec), 3)
    await server.kill()
    expect((await reaches(source, 'offline')).code).toBe('CAMERA_UNREACHABLE')
    await serve({ mounts: { '/one': h264 }, port: server.port })
    const backMs = performance.now()
    const after = (await some(source.frames$(spec), 1))[0]!
    // It was away for a few attempts, after which the wait is at most a second.
    expect(performance.now() - backMs).toBeLessThan(1000 + 2000)
    expect(after.epoch).toBeGreaterThan(before.epoch)
    expect(after.seq).toBe(0)
    await some(neighbour.frames$(spec), 3)
    const steps = neighbourFrames.slice(1).map(({ ptsUs }, n) => ptsUs - neighbourFrames[n]!.ptsUs)
    expect(Math.max(...steps)).toBeLessThanOrEqual(160_500)
    expect(new Set(neighbourFrames.map(({ epoch }) => epoch)).size).toBe(1)
  })

  it('notices a camera that hangs, and goes on when it does', async () => {
    const server = await serve({ mounts: { '/one': h264 } })
    const source = attach(server.url('/one'))
    await some(source.frames$(spec), 3)
    server.pause()
    const pausedMs = performance.now()
    const stalled = await reaches(source, 'stalled')
    expect(performance.now() - pausedMs).toBeLessThan(1500 + 500)
    expect(stalled).toMatchObject({ code: 'CAMERA_STALLED', cameraId: 'gate' })
    server.resume()
    const [frame] = await some(source.frames$(spec), 1)
    expect(frame!.epoch).toBeGreaterThan(1)
  })

  it.each(['h264', 'h265'] as const)(
    'puts frames and recording on one time line wherever it joins the stream: %s',
    async (codec) => {
      const server = await serve({ mounts: { '/one': codec === 'h264' ? h264 : h265 } })
      // The first client starts the scene; the others come in its middle, at different places.
      await some(attach(server.url('/one')).frames$(spec), 2)
      const offsets: number[] = []
      for (let client = 0; client < 3; client += 1) {
        const source = attach(server.url('/one'))
        const fragments = some(source.fragments$, 2)
        const [frame] = await some(source.frames$(spec), 1)
        const keyframe = (await fragments)[1]!
        expect(keyframe).toMatchObject({ kind: 'media', keyframe: true, ptsUs: frame!.ptsUs })
        offsets.push(keyframe.ptsUs)
        await source.close()
      }
      expect(Math.max(...offsets)).toBeGreaterThan(0)
    },
  )

  it('leaves no process behind', async () => {
    const server = await serve({ mounts: { '/one': h264 } })
    const source = attach(server.url('/one'))
    await some(source.frames$(spec), 1)
    const pid = pids.at(-1)!
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    await source.close()
    expect(existsSync(`/proc/${pid}`)).toBe(false)
  })
})
