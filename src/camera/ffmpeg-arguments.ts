import type { CameraConfig } from '../config/schema.ts'
import type { FrameStreamSpec } from '../core/frame.ts'
import { soundRateHz } from '../core/sound.ts'
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
  /** File descriptor of the sound, or null. */
  readonly soundPipe: number | null
}

/** Longest silence on the network that ffmpeg itself allows while it connects, microseconds. */
const socketTimeoutUs = 5_000_000
/** How long ffmpeg may look at a stream to find its parameters, microseconds. */
const analyzeUs = 2_000_000
const fragmentUs = 200_000
/** Pictures before the first keyframe are decoded from nothing; after this long without one they are taken anyway. */
const keyframeWaitSeconds = 10
/** Nothing here needs ffmpeg's guess of the frame rate, for which it would hold back about a second of video. */
const fastOpen = ['-fpsprobesize', '0']

/**
 * One ffmpeg for one camera: each frame stream as rgb24 in NUT (which carries the source's timestamps), the untouched
 * packets as fragmented MP4, and the sound as samples in NUT. With `sound` it ends at once when there is none.
 */
export function ffmpegCommand(options: {
  camera: Pick<CameraConfig, 'transport' | 'hardwareDecode' | 'realtime' | 'loop'>
  address: CameraAddress
  streams: readonly FrameStreamSpec[]
  record: boolean
  /** Passes over everything but keyframes before it is decoded. */
  keyframesOnly?: boolean
  sound?: boolean
}): FfmpegCommand {
  const { camera, address, streams, record, keyframesOnly = false, sound = false } = options
  const input = inputOf(camera, address)
  // 0 to 2 are the standard streams; the first frame stream is standard output.
  const framePipes = streams.map((_, index) => (index === 0 ? 1 : 2 + index))
  const recordPipe = record ? 2 + Math.max(1, streams.length) : null
  const soundPipe = sound ? 2 + Math.max(1, streams.length) + Number(record) : null
  const frames = streams.flatMap((spec, index) => [
    '-map',
    '0:v:0',
    '-vf',
    filterOf(spec),
    '-fps_mode',
    'passthrough',
    '-c:v',
    'rawvideo',
    ...nutOutput(framePipes[index]!),
  ])
  const heard =
    soundPipe === null
      ? []
      : ['-map', '0:a:0', '-af', soundFilter, '-c:a', 'pcm_s16le', ...nutOutput(soundPipe)]
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
          '+empty_moov+default_base_moof+frag_keyframe+frag_discont',
          // With frag_discont: the first keyframe keeps its time, so that fragments and frames share one time line.
          '-avoid_negative_ts',
          'disabled',
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
      ...hardwareArguments(camera.hardwareDecode),
      '-fflags',
      '+genpts+discardcorrupt',
      ...fastOpen,
      ...(keyframesOnly ? ['-skip_frame', 'nokey'] : []),
      ...input.args,
      '-filter_threads',
      '1',
      ...frames,
      ...recording,
      ...heard,
    ],
    stdin: input.stdin,
    framePipes,
    recordPipe,
    soundPipe,
  }
}

/** Mono at one rate, in pieces of 50 ms: 20 small reads a second for each camera. */
const soundFilter = `aresample=${soundRateHz},aformat=sample_fmts=s16:channel_layouts=mono,asetnsamples=n=${soundRateHz / 20}:p=0`

/** The index is for files; it would grow for as long as the camera runs. */
function nutOutput(pipe: number): readonly string[] {
  return ['-flush_packets', '1', '-write_index', '0', '-f', 'nut', `pipe:${pipe}`]
}

function inputOf(camera: Pick<CameraConfig, 'transport' | 'realtime' | 'loop'>, address: CameraAddress) {
  const pace = camera.realtime ? ['-re'] : []
  const loop = camera.loop ? ['-stream_loop', '-1'] : []
  if (address.kind === 'file')
    return { args: ['-nostdin', ...pace, ...loop, '-i', fileInput(address.path)], stdin: null }
  const options = { ...networkOptions(address, camera.transport), fpsprobesize: '0' }
  const args = address.kind === 'http' ? [...pace, ...scriptInput] : [...scriptInput]
  return { args, stdin: inputScript(address.url, options) }
}

/** A path as ffmpeg's input, also when it holds a colon and would be taken for a protocol. */
export function fileInput(path: string): string {
  return `file:${path}`
}

/** Options of the demuxer that opens a network camera. */
export function networkOptions(
  address: CameraAddress,
  transport: CameraConfig['transport'],
): Record<string, string> {
  const analyzeduration = String(analyzeUs)
  if (address.kind === 'rtsp')
    return { rtsp_transport: transport, timeout: String(socketTimeoutUs), analyzeduration }
  return { rw_timeout: String(socketTimeoutUs), analyzeduration }
}

/**
 * ffmpeg brings the pictures back into memory by itself, in their own bit depth, for every accelerator but qsv,
 * which leaves them on the device unless it is told a format.
 */
function hardwareArguments(hardwareDecode: CameraConfig['hardwareDecode']): readonly string[] {
  if (hardwareDecode === 'none') return []
  const download = hardwareDecode === 'qsv' ? ['-hwaccel_output_format', 'nv12'] : []
  return ['-hwaccel', hardwareDecode, ...download]
}

/**
 * Waits for the first keyframe, thins to one frame in each cell of a time grid, then scales. Unlike the `fps`
 * filter, `select` neither repeats frames nor changes their timestamps. Comparing for "another cell" keeps going
 * when timestamps jump back.
 *
 * What NUT calls the aspect of a pixel carries the aspect of the whole picture: `setsar=sar` makes an unknown one 1,
 * scaling keeps the picture's proportions in it, and the last `setsar` turns them into one number.
 */
function filterOf({ widthPx, heightPx, sampleFps, fit = 'stretch' }: FrameStreamSpec): string {
  const cell = (time: string) => `floor(${time}*${sampleFps}+0.000001)`
  const begun = `st(0,ld(0)+key+gte(t,${keyframeWaitSeconds}))`
  const select = `gt(${begun},0)*(isnan(prev_selected_t)+not(eq(${cell('t')},${cell('prev_selected_t')})))`
  const scale = `scale=${widthPx}:${heightPx}`
  if (fit === 'stretch')
    return `select='${select}',setsar=sar,${scale}:flags=area,setsar=dar:max=1000,format=rgb24`
  const [x, y] = fit === 'letterbox' ? [0, 0] : ['(ow-iw)/2', '(oh-ih)/2']
  return [
    `select='${select}'`,
    `${scale}:force_original_aspect_ratio=decrease:flags=area`,
    'setsar=a:max=1000',
    'format=rgb24',
    `pad=${widthPx}:${heightPx}:${x}:${y}:color=0x727272`,
  ].join(',')
}
