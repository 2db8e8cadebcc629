import { rm, stat } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import { type DecoderOptions, runDecoder } from './run-decoder.ts'

export interface DecodePlan {
  readonly path: string
  readonly startMs: number
  /** Null: to the end. */
  readonly endMs: number | null
  readonly widthPx: number
  readonly heightPx: number
  readonly sampleFps: number
}

const diskTrouble = /No space left|Read-only file system|Disk quota/

/**
 * Decodes a stretch of a video to a file of rgb24 frames [count, H, W, 3]; ffmpeg writes it, so that nothing of it is
 * held here. Returns how many frames there are. What was written is removed when it fails.
 *
 * @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED, MEDIA_NO_VIDEO, STORE_WRITE, TRAIN_STOPPED; each names
 *   the video.
 */
export async function decodeFootage(
  plan: DecodePlan,
  out: string,
  options: DecoderOptions = {},
): Promise<number> {
  try {
    const { path } = plan
    const args = decodeArguments(plan, out)
    const stopped = 'what is done is kept'
    await runDecoder({ path, args, stopped, failure: (said, how) => failure(path, said || how) }, options)
    const { size } = await stat(out)
    const frames = size / (plan.widthPx * plan.heightPx * 3)
    if (frames >= 1 && Number.isInteger(frames)) return frames
    throw new AppError('MEDIA_NO_VIDEO', `${plan.path}: there is no picture ${stretchOf(plan)}`)
  } catch (thrown) {
    await rm(out, { force: true })
    throw thrown
  }
}

function stretchOf({ startMs, endMs }: DecodePlan): string {
  if (endMs !== null) return `from ${startMs / 1000} s to ${endMs / 1000} s`
  return startMs > 0 ? `from ${startMs / 1000} s on` : 'in it'
}

/** Pictures are dropped before they are scaled, which is a fifth cheaper than the other way round. */
export function decodeArguments(plan: DecodePlan, out: string): string[] {
  const { path, startMs, endMs, widthPx, heightPx, sampleFps } = plan
  return [
    '-hide_banner',
    '-nostdin',
    '-nostats',
    '-loglevel',
    'error',
    '-threads',
    '1',
    ...(startMs > 0 ? ['-ss', String(startMs / 1000)] : []),
    ...(endMs === null ? [] : ['-t', String((endMs - startMs) / 1000)]),
    '-i',
    `file:${path}`,
    '-map',
    '0:v:0',
    '-filter_threads',
    '1',
    '-vf',
    `fps=${sampleFps},scale=${widthPx}:${heightPx}:flags=area,format=rgb24`,
    '-f',
    'rawvideo',
    '-y',
    `file:${out}`,
  ]
}

function failure(path: string, said: string): AppError {
  if (diskTrouble.test(said))
    return new AppError('STORE_WRITE', `${path}: its frames cannot be written: ${said}`)
  if (/matches no streams|does not contain any stream/.test(said))
    return new AppError('MEDIA_NO_VIDEO', `${path}: there is no video in it`)
  return new AppError('MEDIA_FFMPEG_FAILED', `${path}: ffmpeg: ${said}`)
}
