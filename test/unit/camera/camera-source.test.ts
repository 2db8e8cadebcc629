import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createCameraSource } from '../../../src/camera/camera-source.ts'
import type { PipeEvents } from '../../../src/camera/read-pipes.ts'
import { cameraSchema } from '../../../src/config/schema.ts'
import type { Frame } from '../../../src/core/frame.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'

const nut = readFileSync(join(import.meta.dirname, 'fixtures/eight-frames.nut'))
const spec = { widthPx: 16, heightPx: 12, sampleFps: 8 }

/** A child process whose pipes the test holds. */
class FakeChild extends EventEmitter {
  readonly stdin = new PassThrough()
  readonly stdout = new PassThrough()
  readonly stderr = new PassThrough()
  readonly pid = 1
  readonly signals: string[] = []
  kill(signal: string) {
    this.signals.push(signal)
    return true
  }
  /** Ends as a real one does: pipes first. */
  async end(stderr = '', signal: string | null = null) {
    this.stderr.end(stderr)
    this.stdout.end()
    await settle()
    this.emit('close', signal === null ? 0 : null, signal)
    await settle()
  }
}

function listen(stdout: PassThrough, { onChunk, onError, onClose }: PipeEvents) {
  stdout.on('data', onChunk).on('error', onError).on('close', onClose)
}

async function settle() {
  for (let n = 0; n < 6; n += 1) await turn()
}

type SetUp = { spawnFails?: boolean; hears?: boolean } & Record<string, unknown>

function setUp({ spawnFails = false, hears = false, ...more }: SetUp = {}) {
  const children: FakeChild[] = []
  /** Of each process, whether it was asked for sound. */
  const asked: boolean[] = []
  const logged: string[] = []
  const log = (fields: object, message: string) => logged.push(JSON.stringify(fields) + message)
  const gauges = new Map<string, number>()
  const timers: { atMs: number; fn: () => void }[] = []
  let nowMs = 0
  const source = createCameraSource({
    camera: cameraSchema.parse({ id: 'gate', url: 'rtsp://u:hunter2@h/a', stallTimeoutMs: 4000, ...more }),
    streams: [spec],
    sound: hears,
    clock: {
      nowMs: () => nowMs,
      monoMs: () => nowMs,
      after(delayMs, fn) {
        const timer = { atMs: nowMs + delayMs, fn }
        timers.push(timer)
        return () => {
          const at = timers.indexOf(timer)
          if (at >= 0) timers.splice(at, 1)
        }
      },
    },
    spawn: ((_name: string, args: readonly string[]) => {
      asked.push(args.includes('0:a:0'))
      if (spawnFails) throw new Error('no memory for rtsp://u:hunter2@h/a')
      const child = new FakeChild()
      children.push(child)
      return child
    }) as never,
    openPipes: (count, opened) =>
      opened(
        Array.from({ length: count }, (_, index) => ({
          childEnd: 'pipe',
          // The first is standard output; nothing comes through another.
          read: (_child: unknown, _fd: number, events: PipeEvents) =>
            index === 0 ? listen(children.at(-1)!.stdout, events) : events.onClose(),
          discard() {},
        })),
      ),
    random: () => 1,
    telemetry: {
      ...noTelemetry,
      gauge: (_name, { state }: Record<string, string>, value) => gauges.set(state!, value),
      log: { debug: log, info: log, warn: log, error: log },
    },
    env: {},
  })
  const states: string[] = []
  source.status$.subscribe(({ state, code }) => states.push(code ? `${state} ${code}` : state))
  const frames: Frame[] = []
  source.frames$(spec).subscribe((frame) => frames.push(frame))
  /** Lets time pass; timers run in their order. */
  const pass = async (ms: number) => {
    const untilMs = nowMs + ms
    for (;;) {
      const next = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (!next) break
      timers.splice(timers.indexOf(next), 1)
      nowMs = Math.max(nowMs, next.atMs)
      next.fn()
      await settle()
    }
    nowMs = untilMs
  }
  const send = async (bytes: Uint8Array) => {
    children.at(-1)!.stdout.write(bytes)
    await settle()
  }
  return { source, children, states, frames, pass, send, timers, logged, gauges, asked }
}

describe('camera source', () => {
  it('goes live with the first picture and numbers frames', async () => {
    const { source, states, frames, send } = setUp()
    source.start()
    expect(states).toEqual(['connecting'])
    await send(nut)
    expect(states).toEqual(['connecting', 'live'])
    expect(frames.map(({ seq, epoch, cameraId }) => [seq, epoch, cameraId])).toEqual(
      Array.from({ length: 8 }, (_, n) => [n, 1, 'gate']),
    )
  })

  it('kills a process that sends nothing for the stall time, and connects anew', async () => {
    const { source, children, states, frames, pass, send } = setUp()
    source.start()
    await send(nut)
    await pass(3999)
    expect(children[0]!.signals).toEqual([])
    await pass(1)
    expect(children[0]!.signals).toEqual(['SIGKILL'])
    expect(states.at(-1)).toBe('stalled CAMERA_STALLED')
    await children[0]!.end()
    await pass(250)
    await send(nut)
    expect(states).toEqual(['connecting', 'live', 'stalled CAMERA_STALLED', 'live'])
    expect(frames.at(-1)).toMatchObject({ epoch: 2, seq: 7 })
  })

  it('gives the first picture longer than the later ones', async () => {
    const { source, children, states, pass } = setUp()
    source.start()
    await pass(14_999)
    expect(children[0]!.signals).toEqual([])
    await pass(1)
    expect(children[0]!.signals).toEqual(['SIGKILL'])
    await children[0]!.end()
    expect(states.at(-1)).toBe('offline CAMERA_UNREACHABLE')
  })

  it('says once that a camera is gone, and tries again after growing waits', async () => {
    const { source, children, states, pass } = setUp()
    source.start()
    for (const [n, waitMs] of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000].entries()) {
      await children[n]!.end('Connection refused\n')
      await pass(waitMs - 1)
      expect(children).toHaveLength(n + 1)
      await pass(1)
      expect(children).toHaveLength(n + 2)
    }
    expect(states).toEqual(['connecting', 'offline CAMERA_UNREACHABLE'])
  })

  it('waits a minute after a refused password', async () => {
    const { source, children, states, pass } = setUp()
    source.start()
    await children[0]!.end('method DESCRIBE failed: 401 Unauthorized\n')
    expect(states.at(-1)).toBe('offline CAMERA_UNAUTHORIZED')
    await pass(59_999)
    expect(children).toHaveLength(1)
    await pass(1)
    expect(children).toHaveLength(2)
  })

  it('lets a file end', async () => {
    const { source, children, states, send, pass } = setUp({ url: import.meta.filename })
    source.start()
    await send(nut)
    await children[0]!.end()
    await pass(60_000)
    expect(states).toEqual(['connecting', 'live', 'offline'])
    expect(children).toHaveLength(1)
  })

  it('turns bytes that are no video into a status, never into an error of the stream', async () => {
    const { source, children, states, send } = setUp()
    source.start()
    await send(new TextEncoder().encode('this is no NUT stream, whatever it is'))
    expect(children[0]!.signals).toEqual(['SIGKILL'])
    await children[0]!.end()
    expect(states.at(-1)).toBe('offline MEDIA_MALFORMED')
  })

  it('goes on waiting longer after a single picture, and starts anew after steady ones', async () => {
    const { source, children, states, pass, send } = setUp()
    source.start()
    for (const waitMs of [250, 500, 1000]) {
      await send(nut)
      await children.at(-1)!.end()
      const before = children.length
      await pass(waitMs - 1)
      expect(children).toHaveLength(before)
      await pass(1)
      expect(children).toHaveLength(before + 1)
    }
    expect(states.filter((state) => state === 'live')).toHaveLength(3)
    const bytes = new Uint8Array(nut)
    await send(bytes.subarray(0, 3000))
    await pass(3000)
    await send(bytes.subarray(3000, 4000))
    await pass(3000)
    await send(bytes.subarray(4000))
    await children.at(-1)!.end()
    const before = children.length
    await pass(250)
    expect(children).toHaveLength(before + 1)
  })

  it('tells a decoder that crashed from a camera that went away, also for a file', async () => {
    const { source, children, states, send, pass } = setUp({ url: import.meta.filename })
    source.start()
    await send(nut)
    await children[0]!.end('', 'SIGSEGV')
    expect(states.at(-1)).toBe('offline MEDIA_FFMPEG_FAILED')
    await pass(250)
    expect(children).toHaveLength(2)
  })

  it('lets a file with broken packets end', async () => {
    const { source, children, states, send, pass } = setUp({ url: import.meta.filename })
    source.start()
    await send(nut)
    await children[0]!.end('Error while decoding: Invalid data found when processing input\n')
    await pass(60_000)
    expect(states.at(-1)).toBe('offline')
    expect(children).toHaveLength(1)
  })

  it('shows no secret in log lines', async () => {
    const { source, children, logged } = setUp()
    source.start()
    await children[0]!.end("Impossible to open 'rtsp://u:hunter2@h/a'\nhunter2: 401 Unauthorized\n")
    expect(logged.join('\n')).toContain('Impossible to open')
    expect(logged.join('\n')).not.toContain('hunter2')
  })

  it('survives a process that cannot be started', async () => {
    const { source, states, pass, logged } = setUp({ spawnFails: true })
    source.start()
    await pass(1000)
    expect(states).toEqual(['connecting', 'offline MEDIA_FFMPEG_FAILED'])
    expect(logged.join('\n')).not.toContain('hunter2')
    await source.close()
  })

  it('starts once, closes once, and then shows no state any more', async () => {
    const { source, children, send, gauges } = setUp()
    source.start()
    source.start()
    expect(children).toHaveLength(1)
    const bytes = new Uint8Array(nut)
    await send(bytes.subarray(0, 3000))
    expect(gauges.get('live')).toBe(1)
    const closed = Promise.all([source.close(), source.close()])
    await send(bytes.subarray(3000))
    await children[0]!.end()
    await closed
    expect([...gauges.values()]).toEqual([0, 0, 0, 0])
    expect(children[0]!.signals).toEqual(['SIGTERM'])
  })

  it('refuses a stream that nobody asked for', () => {
    expect(() => setUp().source.frames$({ ...spec, sampleFps: 9 })).toThrow(
      /camera gate has no stream 16x12@9/,
    )
  })

  it('asks the process to end when it is closed, and insists', async () => {
    const { source, children, send, pass, timers } = setUp()
    source.start()
    await send(nut)
    const closed = source.close()
    expect(children[0]!.signals).toEqual(['SIGTERM'])
    await pass(1500)
    expect(children[0]!.signals).toEqual(['SIGTERM', 'SIGKILL'])
    await children[0]!.end()
    await closed
    expect(timers).toEqual([])
    expect(children).toHaveLength(1)
  })
})

describe('camera source with sound', () => {
  const noTrack = "Stream map '0:a:0' matches no streams.\n"

  it('goes on without sound at once where there is none, as if it had not asked', async () => {
    const { source, children, states, frames, send, asked } = setUp({ hears: true })
    source.start()
    await children[0]!.end(noTrack)
    expect(asked).toEqual([true, false])
    await send(nut)
    expect(states).toEqual(['connecting', 'live'])
    expect(frames[0]!.epoch).toBe(1)
  })

  it('remembers that for an hour of connections', async () => {
    const { source, children, pass, send, asked } = setUp({ hears: true })
    source.start()
    await children[0]!.end(noTrack)
    await send(nut)
    await children[1]!.end()
    await pass(250)
    await send(nut)
    await pass(3_600_000)
    await children.at(-1)!.end()
    await pass(10_000)
    expect(asked.slice(0, 3)).toEqual([true, false, false])
    expect(asked.at(-1)).toBe(true)
  })

  it('does not blame the sound for a camera without video', async () => {
    const { source, children, states, pass, asked } = setUp({ hears: true })
    source.start()
    await children[0]!.end('Could not find codec parameters\n')
    await children[1]!.end('Could not find codec parameters\n')
    expect(states).toEqual(['connecting', 'offline MEDIA_NO_VIDEO'])
    await pass(250)
    expect(asked).toEqual([true, false, true])
  })

  it('keeps asking for sound when the camera does not answer', async () => {
    const { source, children, pass, asked } = setUp({ hears: true })
    source.start()
    await children[0]!.end('Connection refused\n')
    await pass(250)
    expect(asked).toEqual([true, true])
  })

  it('counts no complaint about sound as damage of the picture', async () => {
    const { source, children, send } = setUp({ hears: true })
    source.start()
    await send(nut)
    children[0]!.stderr.write(
      '[error] [aac @ 0x5] Invalid data found when processing input\n[error] Error while decoding stream #0:1: Invalid data found when processing input\n',
    )
    await settle()
    expect(source.damage()).toBe(0)
    children[0]!.stderr.write('[error] [h264 @ 0x5] error while decoding MB 3 4\n')
    await settle()
    expect(source.damage()).toBe(1)
  })
})
