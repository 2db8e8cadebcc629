import type { CameraConfig } from '../config/schema.ts'
import type { FrameStreamSpec } from '../core/frame.ts'
import { soundRateHz } from '../core/sound.ts'
import type { CameraAddress } from './camera-address.ts'
import { frameFilter } from './frame-filter.ts'
import { inputScript, scriptInput } from './input-script.ts'
import { recordedTime, sentTime, shownTime } from './time/source-time.ts'

export interface FfmpegCommand {
  readonly args: readonly string[]
  /**
   * What to write to standard input: the address of an RTSP camera as a script; `body`: what an HTTP camera sends. Null when
   * nothing is read from it.
   */
  readonly stdin: string | null | 'body'
  /** File descriptor on which each frame stream comes, in the order of `streams`. */
  readonly framePipes: readonly number[]
  /** File descriptor of the fMP4 recording, or null. */
  readonly recordPipe: number | null
  /** File descriptor of the sound, or null. */
  readonly soundPipe: number | null
  /** File descriptor on which a line comes for each packet of the video, whether it can be decoded or not; or null. */
  readonly pulsePipe: number | null
}

/** Whose times pictures have: the source's, or those of their arrival where it has none that can be believed. */
export type Timing = 'source' | 'arrival'

/** Longest silence on the network that ffmpeg itself allows, microseconds: the watchdogs of this side come first. */
const socketTimeoutUs = 20_000_000
/**
 * How long ffmpeg may look at a stream to find its parameters, microseconds: it begins as soon as it has them. With sound
 * they may never come, because some cameras announce sound and send none; without, the first keyframe is waited for.
 */
const analyzeUs = { heard: 15_000_000, mute: 75_000_000, http: 2_000_000 }
/** Most bytes that it may look at. */
const probeBytes = 32_000_000
const fragmentUs = 200_000
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
  pulse?: boolean
  timing?: Timing
  /** Longest time that ffmpeg may look for the parameters of all streams; absent: as long as it makes sense. */
  openingMs?: number
  /** What an HTTP camera sends. */
  body?: { readonly format: string | null; readonly timing: Timing; readonly paced: boolean }
}): FfmpegCommand {
  const { camera, address, streams, record, keyframesOnly = false, sound = false, pulse = false } = options
  const input = inputOf(options)
  // 0 to 2 are the standard streams; the first frame stream is standard output.
  const framePipes = streams.map((_, index) => (index === 0 ? 1 : 2 + index))
  const recordPipe = record ? 2 + Math.max(1, streams.length) : null
  const soundPipe = sound ? 2 + Math.max(1, streams.length) + Number(record) : null
  const pulsePipe = pulse ? 2 + Math.max(1, streams.length) + Number(record) + Number(sound) : null
  // What ffmpeg paces itself has no clock that steps. With these filters it would play more slowly than it should, because
  // it takes turns by the times that they write, and lose all that is copied behind the first end of a looped file.
  const paced = address.kind === 'file' || options.body?.paced === true
  const timeFilter = (of: 'v' | 'a', filter: string) => (paced ? [] : [`-bsf:${of}`, filter])
  const frames = streams.flatMap((spec, index) => [
    '-map',
    '0:v:0',
    '-vf',
    frameFilter(spec, address.kind !== 'file'),
    '-fps_mode',
    'passthrough',
    // Otherwise times are rounded to a guessed frame rate.
    '-enc_time_base',
    '1:1000000',
    '-c:v',
    'rawvideo',
    ...timeFilter('v', shownTime),
    ...nutOutput(framePipes[index]!),
  ])
  const heard =
    soundPipe === null
      ? []
      : [
          '-map',
          '0:a:0',
          '-af',
          soundFilter,
          '-c:a',
          'pcm_s16le',
          ...timeFilter('a', shownTime),
          ...nutOutput(soundPipe),
        ]
  const recording =
    recordPipe === null
      ? []
      : [
          '-map',
          '0:v:0',
          '-c',
          'copy',
          ...timeFilter('v', recordedTime),
          '-f',
          'mp4',
          '-movflags',
          '+empty_moov+default_base_moof+frag_keyframe+frag_discont',
          // With frag_discont: the first keyframe keeps its time, so that fragments and frames share one time line.
          '-avoid_negative_ts',
          'disabled',
          // Otherwise times are shifted by how long the first picture waits for those that come before it.
          '-use_editlist',
          '0',
          '-frag_duration',
          String(fragmentUs),
          '-flush_packets',
          '1',
          `pipe:${recordPipe}`,
        ]
  const pulses =
    pulsePipe === null
      ? []
      : [
          ...['-map', '0:v:0', '-c', 'copy', '-copyinkf', ...timeFilter('v', sentTime)],
          ...['-f', 'framecrc', '-flush_packets', '1', `pipe:${pulsePipe}`],
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
      ...pulses,
    ],
    stdin: input.stdin,
    framePipes,
    recordPipe,
    soundPipe,
    pulsePipe,
  }
}

/** Mono at one rate, in pieces of 50 ms: 20 small reads a second for each camera. */
const soundFilter = `aresample=${soundRateHz},aformat=sample_fmts=s16:channel_layouts=mono,asetnsamples=n=${soundRateHz / 20}:p=0`

/** The index is for files; it would grow for as long as the camera runs. */
function nutOutput(pipe: number): readonly string[] {
  return ['-flush_packets', '1', '-write_index', '0', '-f', 'nut', `pipe:${pipe}`]
}

function inputOf(options: Parameters<typeof ffmpegCommand>[0]) {
  const { camera, address, sound = false, timing = 'source', body } = options
  const pace = camera.realtime ? ['-re'] : []
  const loop = camera.loop ? ['-stream_loop', '-1'] : []
  if (address.kind === 'file')
    return { args: ['-nostdin', ...pace, ...loop, '-i', fileInput(address.path)], stdin: null }
  if (address.kind === 'http') {
    const arrival = timing === 'arrival' || body?.timing === 'arrival'
    const args = [
      ...(body?.paced ? pace : []),
      ...['-analyzeduration', String(analyzeUs.http), '-probesize', String(probeBytes)],
      ...(arrival ? ['-use_wallclock_as_timestamps', '1'] : []),
      ...(body?.format ? ['-f', body.format] : []),
      // Nothing that comes can name a file or another address.
      ...['-protocol_whitelist', 'pipe', '-i', 'pipe:0'],
    ]
    return { args, stdin: 'body' }
  }
  const network = networkOptions(camera.transport, sound, options.openingMs)
  const script = {
    ...network,
    fpsprobesize: '0',
    ...(timing === 'arrival' && { use_wallclock_as_timestamps: '1' }),
  }
  // What reads the script looks at the stream once more, after the demuxer that the script names.
  const looked = ['-analyzeduration', network.analyzeduration, '-probesize', network.probesize]
  return { args: [...looked, ...scriptInput], stdin: inputScript(address.url, script) }
}

/** A path as ffmpeg's input, also when it holds a colon and would be taken for a protocol. */
export function fileInput(path: string): string {
  return `file:${path}`
}

/** Options of the demuxer that opens an RTSP camera. */
export function networkOptions(
  transport: CameraConfig['transport'],
  sound: boolean,
  openingMs = (sound ? analyzeUs.heard : analyzeUs.mute) / 1000,
): { readonly analyzeduration: string; readonly probesize: string; readonly [name: string]: string } {
  return {
    rtsp_transport: transport,
    // Tracks that nobody asked for are not set up. Alone, the video has the times of its packets: with a second track
    // ffmpeg takes those of the camera's reports, which jump when its clock is set.
    allowed_media_types: sound ? 'video+audio' : 'video',
    timeout: String(socketTimeoutUs),
    analyzeduration: String(openingMs * 1000),
    probesize: String(probeBytes),
  }
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
