import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { TierConfig } from '../../config/schema/tier-schema.ts'
import { AppError } from '../../core/errors.ts'
import type { TierKept, TierLineage, TierMeasure } from '../../core/tiered-segment.ts'
import { makeEmptyFile } from '../empty-file.ts'
import type { SegmentFile } from '../list-segments.ts'
import { mp4DurationMs } from '../mp4-duration.ts'
import { runTool, type ToolOptions } from '../run-tool.ts'
import { judgeTier } from './judge-tier.ts'
import { measureQuality } from './measure-quality.ts'
import { probePicture } from './probe-picture.ts'
import { describeTier, tierArguments, tierMark } from './tier-arguments.ts'

export type TierOutcome =
  | { readonly result: 'tiered'; readonly lineage: TierLineage }
  | {
      readonly result: 'kept'
      readonly kept: TierKept
      readonly note: string
      readonly measure?: TierMeasure
    }
  /** It was removed or changed meanwhile: nothing is to be noted. */
  | { readonly result: 'gone' }

export interface TierSegmentOptions {
  readonly segment: SegmentFile
  readonly tier: TierConfig
  readonly vmaf: boolean
  readonly tool: ToolOptions
  /** Said, durably, before the new file takes the place of the old one. */
  readonly beforeReplace: (lineage: TierLineage) => void
}

export const tierSuffix = '.tier.tmp'
/** The last picture that is left may begin so long before the end; more is missing footage. */
const lengthSlackMs = 1000
/** The mark stands in the index, which is at the front of a file that tiering made. */
const markedBytes = 256 * 1024

/**
 * Makes a small file of a segment, measures it, and puts it in its place when it is good and small enough. The
 * original is there until the rename; until then nothing of it is touched, and after an error it is as it was.
 *
 * @throws AppError STORE_FILE, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FEATURE, the reason of an abort, and whatever
 *   beforeReplace throws: nothing is known of the segment then, and it may be tried again.
 */
export async function tierSegment(options: TierSegmentOptions): Promise<TierOutcome> {
  const made = options.segment.path + tierSuffix
  try {
    return await make(options, made)
  } catch (thrown) {
    if (options.tool.signal?.aborted) throw options.tool.signal.reason
    if (thrown instanceof AppError) {
      // Short memory, or an operator: nothing is known of the segment.
      if (thrown.details.killedBy === 'SIGKILL' || thrown.details.killedBy === 'SIGTERM') throw thrown
      if (thrown.code === 'MEDIA_NO_VIDEO' || thrown.code === 'MEDIA_FFMPEG_FAILED')
        return { result: 'kept', kept: 'failed', note: thrown.message.slice(0, 500) }
      if (thrown.code !== 'STORE_CLIP') throw thrown
    }
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { result: 'gone' }
    throw new AppError('STORE_FILE', `${made} cannot be written: ${(thrown as Error).message}`, {
      cause: thrown,
    })
  } finally {
    await rm(made, { force: true }).catch(() => {})
  }
}

async function make(options: TierSegmentOptions, made: string): Promise<TierOutcome> {
  const { segment, tier, vmaf, tool, beforeReplace } = options
  const { path, startedMs } = segment
  const before = await stat(path)
  if (await isMarked(path)) return { result: 'kept', kept: 'tiered_before', note: 'has the mark of tiering' }
  const sha256Before = await sha256Of(path)
  const picture = await probePicture(path, tool)
  await makeEmptyFile(made)
  await runTool(
    'ffmpeg',
    tierArguments({ input: path, output: made, picture, tier, startedMs, sha256Before }),
    tool,
  )
  const madeMs = (await mp4DurationMs(made)) ?? 0
  const slackMs = lengthSlackMs + 1000 / tier.maxFps
  if (Math.abs(madeMs - picture.durationMs) > slackMs)
    return {
      result: 'kept',
      kept: 'failed',
      note: `${madeMs} ms were made of ${picture.durationMs} ms`,
    }
  const quality = await measureQuality({ original: path, made, picture, maxFps: tier.maxFps, vmaf, tool })
  const measure = { bytesBefore: before.size, bytesAfter: (await stat(made)).size, ...quality }
  const refusal = judgeTier(measure, tier)
  if (refusal) return { result: 'kept', ...refusal, measure }

  // Retention goes by the age of the footage, not of the file.
  await utimes(made, before.atime, before.mtime)
  await sync(made)
  const lineage = { ...measure, sha256Before, sha256After: await sha256Of(made), plan: describeTier(tier) }
  const now = await stat(path)
  if (now.size !== before.size || now.mtimeMs !== before.mtimeMs) return { result: 'gone' }
  tool.signal?.throwIfAborted()
  beforeReplace(lineage)
  await rename(made, path)
  await sync(dirname(path))
  return { result: 'tiered', lineage }
}

async function isMarked(path: string): Promise<boolean> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(markedBytes), 0, markedBytes, 0)
  return buffer.subarray(0, bytesRead).includes(tierMark)
}

/** SHA-256 of a file, hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}
