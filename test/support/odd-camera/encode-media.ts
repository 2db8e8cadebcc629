import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { numberFilter } from './frame-number.ts'
import type { Media, MediaCodec, MediaUnit } from './media.ts'

const folder = join(import.meta.dirname, '../../../.cache/video')
const runTool = promisify(execFile)

export interface MediaOptions {
  /** For people: what is special about it. */
  readonly name: string
  readonly codec?: MediaCodec
  readonly fps?: number
  readonly seconds?: number
  readonly widthPx?: number
  readonly heightPx?: number
  /** Seconds between keyframes. */
  readonly gopS?: number
  /** Pictures that are shown before the one that was sent before them. */
  readonly bFrames?: number
  /** Pixel format. */
  readonly format?: string
  /** Parameters of libx264 or libx265, name=value with colons between. */
  readonly tune?: string
  /** More arguments of ffmpeg for the encoder. */
  readonly more?: readonly string[]
  /** Filters before the number is written. */
  readonly filter?: string
}

const made = new Map<string, Promise<Media>>()

/** A video with a number in each picture, made by ffmpeg once; later calls get the same one. */
export function encodeMedia(options: MediaOptions): Promise<Media> {
  const key = JSON.stringify(Object.entries(options).sort())
  const found = made.get(key) ?? encode(options, createHash('sha256').update(key).digest('hex').slice(0, 12))
  made.set(key, found)
  return found
}

async function encode(options: MediaOptions, hash: string): Promise<Media> {
  const { codec = 'h264', fps = 25, seconds = 40, widthPx = 320, heightPx = 180, name } = options
  const kind = codec === 'vp8' ? 'ivf' : 'mp4'
  const file = join(folder, `odd-${name}-${codec}-${hash}.${kind}`)
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true })
    const part = `${file.slice(0, -4)}.${process.pid}.part.${kind}`
    const filters = [options.filter, numberFilter(), `format=${options.format ?? 'yuv420p'}`]
    await runTool('ffmpeg', [
      ...['-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=size=${widthPx}x${heightPx}:rate=${fps}`],
      ...['-vf', filters.filter(Boolean).join(','), '-t', String(seconds)],
      ...encoderOf({ ...options, codec, fps }),
      ...['-video_track_timescale', '90000', part],
    ])
    renameSync(part, file)
  }
  const units = codec === 'vp8' ? ivfUnits(file, fps) : await mp4Units(file, codec)
  return { codec, fps, widthPx, heightPx, units, file }
}

function encoderOf(options: MediaOptions & { codec: MediaCodec; fps: number }): string[] {
  const { codec, fps, gopS = 1, bFrames = 0, tune, more = [] } = options
  const gop = Math.max(1, Math.round(gopS * fps))
  const bounds = ['-g', String(gop), '-keyint_min', String(gop), '-bf', String(bFrames)]
  const parameters = (...first: string[]) => [...first, ...(tune ? [tune] : [])].join(':')
  if (codec === 'h264')
    return [
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', ...bounds],
      ...['-x264-params', parameters('repeat-headers=1', 'scenecut=0'), ...more],
    ]
  if (codec === 'h265')
    return [
      ...['-c:v', 'libx265', '-preset', 'ultrafast', '-crf', '26', ...bounds, '-tag:v', 'hev1'],
      ...[
        '-x265-params',
        parameters('repeat-headers=1', 'scenecut=0', `bframes=${bFrames}`, 'log-level=error'),
      ],
      ...more,
    ]
  if (codec === 'vp8')
    return ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '600k', ...bounds, ...more]
  // RTP carries no Huffman tables: the decoder takes the usual ones.
  return ['-c:v', 'mjpeg', '-huffman', 'default', '-q:v', '6', ...more]
}

/** Where each picture lies in the file, and when it is shown. */
async function mp4Units(file: string, codec: MediaCodec): Promise<MediaUnit[]> {
  const { stdout } = await runTool(
    'ffprobe',
    [
      ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts,dts,size,pos,flags'],
      ...['-of', 'csv=p=0', file],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  const bytes = readFileSync(file)
  return stdout
    .trim()
    .split(/\n+/)
    .map((line) => {
      const [pts, dts, size, pos, flags] = line.split(',')
      const data = bytes.subarray(Number(pos), Number(pos) + Number(size))
      return {
        ptsTicks: Number(pts),
        dtsTicks: Number(dts),
        keyframe: flags!.startsWith('K'),
        parts: codec === 'mjpeg' ? [data] : nalUnits(data),
      }
    })
}

/** NAL units with their length in four bytes before them, as MP4 holds them. */
function nalUnits(data: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at + 4 < data.length; ) {
    const size = data.readUInt32BE(at)
    found.push(data.subarray(at + 4, at + 4 + size))
    at += 4 + size
  }
  return found
}

function ivfUnits(file: string, fps: number): MediaUnit[] {
  const bytes = readFileSync(file)
  const units: MediaUnit[] = []
  for (let at = bytes.readUInt16LE(6); at + 12 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at)
    const ticks = Math.round((Number(bytes.readBigUInt64LE(at + 4)) * 90_000) / fps)
    const data = bytes.subarray(at + 12, at + 12 + size)
    units.push({ ptsTicks: ticks, dtsTicks: ticks, keyframe: (data[0]! & 1) === 0, parts: [data] })
    at += 12 + size
  }
  return units
}
