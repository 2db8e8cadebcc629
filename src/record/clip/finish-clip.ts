import type { spawn as nodeSpawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { clipEndings } from '../../core/recorded-clip.ts'
import type { Log } from '../../core/telemetry-port.ts'
import { makeEmptyFile } from '../empty-file.ts'
import { mp4DurationMs } from '../mp4-duration.ts'
import { runTool, type ToolOptions } from '../run-tool.ts'
import { type PartNote, partSuffix, readPartHead } from './clip-part.ts'

export interface FinishOptions {
  /** Path of the finished clip; its part lies beside it. */
  readonly path: string
  /** Cuts what is longer, microseconds. Absent: everything. */
  readonly durationUs?: number
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly log: Log
  /** Longest run of ffmpeg. Default 60 s: it only copies. */
  readonly timeoutMs?: number
  /** Ends the work when it is aborted; the part stays. */
  readonly signal?: AbortSignal
}

export interface FinishedFile {
  readonly note: PartNote
  readonly path: string
  /** A JPEG of the moment of the alert, at most 640 pixels wide; null when it could not be made. */
  readonly thumbnailPath: string | null
  /** SHA-256 of the MP4, hexadecimal. */
  readonly sha256: string
  readonly bytes: number
  /** As the file states it. */
  readonly durationMs: number
}

/**
 * Makes an MP4 of a part without encoding anything: index at the front, H.265 tagged `hvc1` so that Apple's
 * players take it. The clip appears under its name only when it is whole and on the disk. The part stays, so that
 * the call can be made again, until `forgetPart` is called: when the database has the clip, too.
 *
 * @throws AppError STORE_CLIP, MEDIA_NO_VIDEO, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED
 */
export async function finishClip(options: FinishOptions): Promise<FinishedFile> {
  const { path, log } = options
  const tool: ToolOptions = { ...options, timeoutMs: options.timeoutMs ?? 60_000 }
  const whole = `${path}.tmp`
  const thumbnail = path.replace(/\.mp4$/, clipEndings.picture)
  try {
    const head = await readPartHead(path + partSuffix)
    if (!head.note || !head.hasMedia)
      throw new AppError('MEDIA_NO_VIDEO', `${path}${partSuffix} holds no video`)
    await makeEmptyFile(whole)
    await runTool(
      'ffmpeg',
      remux({ ...options, whole, startedMs: head.note.startedMs, codec: head.codec }),
      tool,
    )
    const durationMs = await mp4DurationMs(whole)
    if (durationMs === null) throw new AppError('MEDIA_NO_VIDEO', `${whole} holds no video`)
    const atMs = momentMs(head.note, durationMs)
    const thumbnailPath = await makeThumbnail({ whole, thumbnail, atMs, tool }).catch(async (error) => {
      await rm(`${thumbnail}.tmp`, { force: true })
      if (options.signal?.aborted) throw error
      log.warn(
        { camera: head.note?.cameraId, path },
        `the clip has no thumbnail: ${(error as Error).message}`,
      )
      return null
    })
    await sync(whole)
    const sha256 = await hashOf(whole)
    const { size } = await stat(whole)
    await rename(whole, path)
    await sync(dirname(path))
    return { note: head.note, path, thumbnailPath, sha256, bytes: size, durationMs }
  } catch (cause) {
    for (const left of [whole, `${thumbnail}.tmp`]) await rm(left, { force: true }).catch(() => {})
    if (options.signal?.aborted) throw options.signal.reason
    if (cause instanceof AppError) throw cause
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new AppError('STORE_CLIP', `${path} cannot be finished (${why}); its ${partSuffix} file is kept`, {
      details: { path },
      cause,
    })
  }
}

/** Removes what the clip was made from. */
export async function forgetPart(path: string): Promise<void> {
  await rm(path + partSuffix, { force: true })
}

function remux(options: {
  path: string
  whole: string
  startedMs: number
  codec: 'h265' | 'other'
  durationUs?: number
}): string[] {
  const { path, whole, startedMs, codec, durationUs } = options
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-y', '-threads', '1'],
    // The last sample of a part that was cut off is incomplete.
    ...['-fflags', '+discardcorrupt', '-f', 'mov', '-i', `file:${path}${partSuffix}`],
    ...['-map', '0:v:0', '-c', 'copy'],
    ...(durationUs === undefined ? [] : ['-t', `${Math.round(durationUs)}us`]),
    ...(codec === 'h265' ? ['-tag:v', 'hvc1'] : []),
    ...['-movflags', '+faststart', '-metadata', `creation_time=${new Date(startedMs).toISOString()}`],
    ...['-f', 'mp4', `file:${whole}`],
  ]
}

/** What an alert is about has begun for a moment by then, and is seen better. */
const afterAlertMs = 400
/** So much before its end a clip still has a frame, at the lowest frame rates that are of use. */
const beforeEndMs = 500

/** Where in the clip the alert began, milliseconds from its start: before that is the pre-roll, often an empty scene. */
function momentMs({ alertPtsUs, firstPtsUs }: PartNote, durationMs: number): number {
  const wanted = (alertPtsUs - firstPtsUs) / 1000 + afterAlertMs
  return Math.round(Math.max(0, Math.min(wanted, durationMs - beforeEndMs)))
}

/** Takes the frame at `atMs`, or the first one where there is none: the file may have gaps. */
async function makeThumbnail(options: {
  whole: string
  thumbnail: string
  atMs: number
  tool: ToolOptions
}): Promise<string> {
  const { whole, thumbnail, atMs, tool } = options
  const part = `${thumbnail}.tmp`
  const picture = ['-frames:v', '1', '-vf', "scale='min(640,iw)':-2", '-q:v', '4', '-f', 'mjpeg']
  const quiet = ['-hide_banner', '-nostdin', '-v', 'error', '-y', '-threads', '1']
  const take = async (fromMs: number) => {
    const seek = fromMs > 0 ? ['-ss', `${fromMs}ms`] : []
    await makeEmptyFile(part)
    await runTool('ffmpeg', [...quiet, ...seek, '-i', `file:${whole}`, ...picture, `file:${part}`], tool)
    return (await stat(part)).size > 0
  }
  const taken = await take(atMs).catch((error: unknown) => {
    if (atMs === 0 || tool.signal?.aborted) throw error
    return false
  })
  if (!taken && !(atMs > 0 && (await take(0))))
    throw new AppError('MEDIA_NO_VIDEO', 'no frame of it can be decoded')
  await sync(part)
  await rename(part, thumbnail)
  return thumbnail
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
