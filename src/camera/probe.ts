import { spawn as nodeSpawn } from 'node:child_process'
import type { CameraConfig } from '../config/schema.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { AppError, toAppError } from '../core/errors.ts'
import { childEnvironment } from '../core/process/child-environment.ts'
import { type CameraAddress, cameraAddress, fileFault } from './camera-address.ts'
import { classifyFailure, showsPackets } from './classify-failure.ts'
import { ffmpegCommand } from './ffmpeg-arguments.ts'
import { type HttpBody, openHttpBody } from './http/open-body.ts'
import { createPulseReader } from './pulse-reader.ts'
import { readStreamLine, type StreamFacts } from './stream-line.ts'

export interface ProbeResult {
  readonly codec: string
  readonly profile: string | null
  readonly widthPx: number
  readonly heightPx: number
  /** Frames per second that the stream states, or at which the first packets came; null when neither is known. */
  readonly fps: number | null
  readonly pixelFormat: string | null
  readonly audio: { readonly codec: string; readonly sampleRateHz: number; readonly channels: number } | null
  /** From the start of the probe to the first keyframe, milliseconds; null when none came in the time. */
  readonly firstKeyframeMs: number | null
  /** How its packets came over RTSP; null for others. */
  readonly transport: CameraConfig['transport'] | null
  /** What to set in the configuration, where it is not as it was asked for. */
  readonly note: string | null
}

export interface ProbeOptions {
  readonly transport?: CameraConfig['transport']
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly spawn?: typeof nodeSpawn
}

/** How many packets are looked at for the rate, and for how long after the first one. */
const rated = { packets: 26, withinMs: 2500 }

/**
 * Connects once and tells what a camera, file or HTTP stream sends: as soon as enough is known, or what came until then
 * when the time is over. The address goes to ffmpeg through its standard input, so that nobody sees a password in the process
 * list. A transport that the camera refuses is tried the other way round.
 *
 * @throws AppError CAMERA_UNAUTHORIZED, CAMERA_NOT_FOUND, CAMERA_UNREACHABLE, CAMERA_BUSY, CAMERA_REFUSED,
 *   CAMERA_TRANSPORT, CAMERA_URL, MEDIA_NO_VIDEO, MEDIA_FFMPEG_MISSING
 */
export async function probeCamera(url: string, options: ProbeOptions = {}): Promise<ProbeResult> {
  const { transport = 'tcp', timeoutMs = 15_000, clock = systemClock, spawn = nodeSpawn } = options
  const address = cameraAddress(url, 'to probe')
  const fault = fileFault(address)
  if (fault) throw new AppError(fault.code, fault.reason)
  const parts = { address, clock, spawn, timeoutMs }
  const other = transport === 'tcp' ? 'udp' : 'tcp'
  try {
    return await probeOnce({ ...parts, transport, note: null })
  } catch (thrown) {
    if (toAppError(thrown).code !== 'CAMERA_TRANSPORT') throw thrown
    const note = `the camera refuses ${transport}: set transport: ${other}`
    return probeOnce({ ...parts, transport: other, note })
  }
}

interface Attempt {
  readonly address: CameraAddress
  readonly transport: CameraConfig['transport']
  readonly timeoutMs: number
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  readonly note: string | null
}

async function probeOnce(attempt: Attempt): Promise<ProbeResult> {
  const { address, clock, timeoutMs } = attempt
  const startMs = clock.monoMs()
  if (address.kind !== 'http') return look(attempt, startMs, null)
  const abort = new AbortController()
  const cancel = clock.after(timeoutMs, () => abort.abort())
  try {
    return await look(attempt, startMs, await openHttpBody(address.url, clock, abort))
  } finally {
    cancel()
    abort.abort()
  }
}

function look(attempt: Attempt, startMs: number, body: HttpBody | null): Promise<ProbeResult> {
  const { address, transport, timeoutMs, clock, spawn, note } = attempt
  const command = ffmpegCommand({
    camera: { transport, hardwareDecode: 'none', realtime: false, loop: false },
    address,
    streams: [],
    record: false,
    sound: true,
    pulse: true,
    openingMs: timeoutMs * 0.6,
    ...(body && { body }),
  })
  // Only the packets are looked at; what sound there is stands in the messages.
  const args = command.args.slice(0, command.args.indexOf('-map'))
  const pulses = command.args.slice(command.args.lastIndexOf('-map'), -1)
  const level = args.indexOf('level+warning')
  const info = args.with(level, 'level+info')
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', [...info, ...pulses, 'pipe:1'], {
      env: childEnvironment(process.env),
      stdio: [command.stdin === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const lines: string[] = []
    let video: Extract<StreamFacts, { kind: 'video' }> | null = null
    let audio: ProbeResult['audio'] = null
    let firstKeyframeMs: number | null = null
    let firstPacketMs: number | null = null
    let came = false
    let late = false
    const timesUs: number[] = []

    const cancel = clock.after(timeoutMs, () => {
      late = true
      child.kill('SIGKILL')
    })
    const pulse = createPulseReader({
      onCodec() {},
      onPacket(timeUs, keyframe) {
        const sinceMs = clock.monoMs() - startMs
        firstPacketMs ??= sinceMs
        if (timeUs !== null) timesUs.push(timeUs)
        if (keyframe) firstKeyframeMs ??= Math.round(sinceMs)
        const enough = timesUs.length >= rated.packets || sinceMs - firstPacketMs >= rated.withinMs
        if (enough && firstKeyframeMs !== null) child.kill('SIGKILL')
      },
    })
    let rest = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop()!.slice(-2000)
      for (const line of parts) {
        const facts = readStreamLine(line)
        // The streams of the output are listed as well, after those of the input.
        if (facts?.kind === 'video') video ??= facts
        if (facts?.kind === 'audio')
          audio ??= { codec: facts.codec, sampleRateHz: facts.sampleRateHz, channels: facts.channels }
        came ||= facts !== null || showsPackets(line)
        lines.push(line)
        if (lines.length > 100) lines.shift()
      }
    })
    child.stdout?.on('data', (chunk: Buffer) => pulse.push(chunk))
    child.stdin?.on('error', () => {})
    if (body && child.stdin) body.send(child.stdin)
    else if (command.stdin !== null) child.stdin?.end(command.stdin)
    child.on('error', () => {
      cancel()
      reject(new AppError('MEDIA_FFMPEG_MISSING', 'ffmpeg was not found in PATH; install it'))
    })
    child.on('close', () => {
      cancel()
      const overRtsp = address.kind === 'rtsp'
      if (video && video.widthPx > 0) {
        const { codec, profile, widthPx, heightPx, pixelFormat } = video
        const fps = video.fps ?? rateOf(timesUs)
        const how = { transport: overRtsp ? transport : null, note }
        return resolve({
          codec,
          profile,
          widthPx,
          heightPx,
          fps,
          pixelFormat,
          audio,
          firstKeyframeMs,
          ...how,
        })
      }
      if (late) return reject(tooLate(transport, overRtsp, timeoutMs, came))
      const { code, reason } = body?.failure() ?? classifyFailure(lines, false, overRtsp)
      reject(new AppError(code, reason))
    })
  })
}

function tooLate(transport: string, overRtsp: boolean, timeoutMs: number, came: boolean): AppError {
  const time = `${timeoutMs / 1000} s`
  if (came)
    return new AppError(
      'MEDIA_NO_VIDEO',
      `packets came, but no keyframe within ${time}; give it more with --timeout`,
    )
  const over = overRtsp ? ` over ${transport}; try the other transport` : ''
  return new AppError('CAMERA_UNREACHABLE', `no video came within ${time}${over}`)
}

/** Pictures a second by the middle distance between packets. */
function rateOf(timesUs: readonly number[]): number | null {
  const sorted = [...timesUs].sort((a, b) => a - b)
  const gaps = sorted.slice(1).map((us, n) => us - sorted[n]!)
  const middle = gaps.filter((us) => us > 0).sort((a, b) => a - b)[Math.floor(gaps.length / 2)]
  return middle === undefined ? null : Math.round(1e9 / middle) / 1000
}
