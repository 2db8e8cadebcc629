import type { CameraConfig } from '../config/schema.ts'
import type { FrameStreamSpec } from '../core/frame.ts'
import type { CameraAddress } from './camera-address.ts'
import { inputScript, scriptInput } from './input-script.ts'

export interface FfmpegCommand {
  readonly args: readonly string[]
  /** What to write to standard input: the address of a network camera. Null when nothing is read from it. */
  readonly stdin: string | null
  /** File descriptor on which each frame stream comes, in the order of `streams`. */
  readonly framePipes: readonly number[]
  /** File descriptor of the fMP4 recording, or null. */
  readonly recordPipe: number | null
}

/** Longest silence on the network that ffmpeg itself allows while it connects, microseconds. */
const socketTimeoutUs = 5_000_000
/** How long ffmpeg may look at a stream to find its parameters, microseconds. */
const analyzeUs = 2_000_000
const fragmentUs = 200_000

/**
 * One ffmpeg for one camera: each frame stream as rgb24 in NUT (which carries the source's timestamps), and the
 * untouched packets as fragmented MP4.
 */
export function ffmpegCommand(options: {
  camera: Pick<CameraConfig, 'transport' | 'hardwareDecode' | 'realtime' | 'loop'>
  address: CameraAddress
  streams: readonly FrameStreamSpec[]
  record: boolean
}): FfmpegCommand {
  const { camera, address, streams, record } = options
  const input = inputOf(camera, address)
  const hardware = camera.hardwareDecode === 'none' ? [] : ['-hwaccel', camera.hardwareDecode]
  // 0 to 2 are the standard streams; the first frame stream is standard output.
  const framePipes = streams.map((_, index) => (index === 0 ? 1 : 2 + index))
  const recordPipe = record ? 2 + Math.max(1, streams.length) : null
  const frames = streams.flatMap((spec, index) => [
    '-map',
    '0:v:0',
    '-vf',
    filterOf(spec),
    '-fps_mode',
    'passthrough',
    '-c:v',
    'rawvideo',
    '-flush_packets',
    '1',
    '-f',
    'nut',
    `pipe:${framePipes[index]}`,
  ])
  const recording =
    recordPipe === null
      ? []
      : [
          '-map',
          '0:v:0',
          '-c',
          'copy',
          '-f',
          'mp4',
          '-movflags',
          '+empty_moov+default_base_moof+frag_keyframe',
          '-frag_duration',
          String(fragmentUs),
          '-flush_packets',
          '1',
          `pipe:${recordPipe}`,
        ]
  return {
    args: [
      '-hide_banner',
      '-nostats',
      '-loglevel',
      'level+warning',
      '-threads',
      '1',
      ...hardware,
      '-fflags',
      '+genpts+discardcorrupt',
      ...input.args,
      '-filter_threads',
      '1',
      ...frames,
      ...recording,
    ],
    stdin: input.stdin,
    framePipes,
    recordPipe,
  }
}

function inputOf(camera: Pick<CameraConfig, 'transport' | 'realtime' | 'loop'>, address: CameraAddress) {
  const pace = camera.realtime ? ['-re'] : []
  const loop = camera.loop ? ['-stream_loop', '-1'] : []
  if (address.kind === 'file')
    return { args: ['-nostdin', ...pace, ...loop, '-i', address.path], stdin: null }
  const options = networkOptions(address, camera.transport)
  const args = address.kind === 'http' ? [...pace, ...scriptInput] : [...scriptInput]
  return { args, stdin: inputScript(address.url, options) }
}

/** Options of the demuxer that opens a network camera. */
export function networkOptions(
  address: CameraAddress,
  transport: CameraConfig['transport'],
): Record<string, string> {
  if (address.kind === 'rtsp')
    return {
      rtsp_transport: transport,
      timeout: String(socketTimeoutUs),
      analyzeduration: String(analyzeUs),
    }
  return { rw_timeout: String(socketTimeoutUs), analyzeduration: String(analyzeUs) }
}

/**
 * Thins to one frame in each cell of a time grid, then scales. Unlike the `fps` filter, `select` neither repeats
 * frames nor changes their timestamps. Comparing for "another cell" keeps going when timestamps jump back.
 */
function filterOf({ widthPx, heightPx, sampleFps }: FrameStreamSpec): string {
  const cell = (time: string) => `floor(${time}*${sampleFps}+0.000001)`
  const select = `isnan(prev_selected_t)+not(eq(${cell('t')},${cell('prev_selected_t')}))`
  return `select='${select}',scale=${widthPx}:${heightPx}:flags=area,format=rgb24`
}
