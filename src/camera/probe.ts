import { spawn as nodeSpawn } from 'node:child_process'
import type { CameraConfig } from '../config/schema.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { cameraAddress, fileFault } from './camera-address.ts'
import { childEnvironment } from './child-environment.ts'
import { classifyFailure } from './classify-failure.ts'
import { fileInput, networkOptions } from './ffmpeg-arguments.ts'
import { inputScript, scriptInput } from './input-script.ts'

export interface ProbeResult {
  readonly codec: string
  readonly profile: string | null
  readonly widthPx: number
  readonly heightPx: number
  /** Frames per second that the stream states; null when it does not. */
  readonly fps: number | null
  readonly pixelFormat: string | null
  readonly audio: { readonly codec: string; readonly sampleRateHz: number; readonly channels: number } | null
  /**
   * From the start of the probe to the arrival of the first keyframe, milliseconds; null when none came. Reckoned
   * back from the last packet by the timestamps, because ffprobe tells of its packets only at its end.
   */
  readonly firstKeyframeMs: number | null
}

export interface ProbeOptions {
  readonly transport?: CameraConfig['transport']
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly spawn?: typeof nodeSpawn
}

interface Stream {
  readonly codec_type: string
  readonly codec_name: string
  readonly profile?: string
  readonly width?: number
  readonly height?: number
  readonly avg_frame_rate?: string
  readonly r_frame_rate?: string
  readonly pix_fmt?: string
  readonly sample_rate?: string
  readonly channels?: number
}

interface Packet {
  readonly codec_type: string
  readonly pts_time?: string
  readonly dts_time?: string
  /** Has a K for a keyframe. */
  readonly flags?: string
}

/**
 * Connects once and tells what a camera, file or HTTP stream sends. The address goes to ffprobe through its
 * standard input, so that nobody sees a password in the process list.
 *
 * @throws AppError CAMERA_UNAUTHORIZED, CAMERA_NOT_FOUND, CAMERA_UNREACHABLE, CAMERA_URL, MEDIA_NO_VIDEO,
 *   MEDIA_FFMPEG_MISSING
 */
export async function probeCamera(url: string, options: ProbeOptions = {}): Promise<ProbeResult> {
  const { transport = 'tcp', timeoutMs = 15_000, clock = systemClock, spawn = nodeSpawn } = options
  const address = cameraAddress(url, 'to probe')
  const fault = fileFault(address)
  if (fault) throw new AppError(fault.code, fault.reason)
  const network = address.kind !== 'file'
  const startedMs = clock.monoMs()
  const text = await ffprobe(
    [
      ...[
        '-v',
        'error',
        '-print_format',
        'json',
        '-show_streams',
        '-show_packets',
        '-read_intervals',
        '%+#60',
      ],
      ...(network ? scriptInput : ['-i', fileInput(address.path)]),
    ],
    {
      stdin: network ? inputScript(address.url, networkOptions(address, transport, true)) : null,
      timeoutMs,
      clock,
      spawn,
    },
  )
  const elapsedMs = Math.round(clock.monoMs() - startedMs)
  const { streams = [], packets = [] } = JSON.parse(text) as { streams?: Stream[]; packets?: Packet[] }
  const video = streams.find(({ codec_type: type }) => type === 'video')
  if (!video?.width || !video.height)
    throw new AppError('MEDIA_NO_VIDEO', 'there is no video that can be decoded')
  const audio = streams.find(({ codec_type: type }) => type === 'audio')
  return {
    codec: video.codec_name,
    profile: video.profile ?? null,
    widthPx: video.width,
    heightPx: video.height,
    fps: rateOf(video.avg_frame_rate) ?? rateOf(video.r_frame_rate),
    pixelFormat: video.pix_fmt ?? null,
    audio: audio
      ? { codec: audio.codec_name, sampleRateHz: Number(audio.sample_rate), channels: audio.channels ?? 0 }
      : null,
    firstKeyframeMs: firstKeyframeMs(packets, address.kind === 'rtsp', elapsedMs),
  }
}

/** RTSP comes at the speed of life: what lies between the keyframe and the last packet came after the keyframe. */
function firstKeyframeMs(packets: readonly Packet[], paced: boolean, elapsedMs: number): number | null {
  const video = packets.filter(({ codec_type: type }) => type === 'video')
  const keyframe = video.find(({ flags }) => flags?.includes('K'))
  if (!keyframe) return null
  const afterMs = paced ? (timeOf(video.at(-1)) - timeOf(keyframe)) * 1000 : 0
  return Math.max(0, Math.round(elapsedMs - (Number.isFinite(afterMs) ? afterMs : 0)))
}

const timeOf = (packet: Packet | undefined) => Number(packet?.pts_time ?? packet?.dts_time)

function rateOf(text: string | undefined): number | null {
  const [top, bottom] = (text ?? '0/0').split('/').map(Number)
  return top && bottom ? Math.round((top / bottom) * 1000) / 1000 : null
}

function ffprobe(
  args: readonly string[],
  options: { stdin: string | null; timeoutMs: number; clock: Clock; spawn: typeof nodeSpawn },
): Promise<string> {
  const { stdin, timeoutMs, clock, spawn } = options
  return new Promise((resolve, reject) => {
    const child = spawn('ffprobe', args, {
      env: childEnvironment(process.env),
      stdio: [stdin === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const out: Buffer[] = []
    let said = ''
    let late = false
    const cancel = clock.after(timeoutMs, () => {
      late = true
      child.kill('SIGKILL')
    })
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk) => {
      said = (said + chunk).slice(-8000)
    })
    child.stdin?.on('error', () => {})
    if (stdin !== null) child.stdin?.end(stdin)
    child.on('error', () => {
      cancel()
      reject(new AppError('MEDIA_FFMPEG_MISSING', 'ffprobe was not found in PATH; install ffmpeg'))
    })
    child.on('close', () => {
      cancel()
      const text = Buffer.concat(out).toString()
      if (!late && /"codec_type"/.test(text)) return resolve(text)
      if (late)
        return reject(new AppError('CAMERA_UNREACHABLE', `no video came within ${timeoutMs / 1000} s`))
      const { code, reason } = classifyFailure(said.split('\n'), false)
      reject(new AppError(code, reason))
    })
  })
}
