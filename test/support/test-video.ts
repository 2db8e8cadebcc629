import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const folder = join(import.meta.dirname, '../../.cache/video')

export interface TestVideo {
  readonly codec?: 'h264' | 'h265'
  readonly widthPx?: number
  readonly heightPx?: number
  readonly fps?: number
  readonly seconds?: number
  /** Most reordered pictures in a row (B-frames); none when left out. */
  readonly bFrames?: number
  /** ffmpeg's source filter without size and rate, such as 'testsrc2' or "geq=…". */
  readonly source?: string
  /** Filters after the source. */
  readonly filter?: string
  readonly name: string
}

/** A video made by ffmpeg, once; later calls get the same file. */
export async function testVideo(options: TestVideo): Promise<string> {
  const { codec = 'h264', widthPx = 640, heightPx = 360, fps = 25, seconds = 10, bFrames = 0, name } = options
  const source = options.source ?? 'testsrc2'
  const kind = bFrames > 0 ? `${codec}-b${bFrames}` : codec
  const file = join(folder, `${name}-${kind}-${widthPx}x${heightPx}-${fps}-${seconds}.mp4`)
  if (existsSync(file)) return file
  await mkdir(folder, { recursive: true })
  const part = file.replace(/\.mp4$/, `.${process.pid}.part.mp4`)
  const encoder =
    codec === 'h264'
      ? ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', String(bFrames)]
      : [
          '-c:v',
          'libx265',
          '-preset',
          'ultrafast',
          '-tag:v',
          'hvc1',
          '-x265-params',
          `bframes=${bFrames}:log-level=error`,
        ]
  const separator = source.includes('=') ? ':' : '='
  await promisify(execFile)('ffmpeg', [
    ...[
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      `${source}${separator}size=${widthPx}x${heightPx}:rate=${fps}`,
    ],
    ...(options.filter === undefined ? [] : ['-vf', options.filter]),
    ...['-t', String(seconds), ...encoder, '-g', String(fps), '-pix_fmt', 'yuv420p', part],
  ])
  await rename(part, file)
  return file
}
