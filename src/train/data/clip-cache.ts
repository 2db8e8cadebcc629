import type { spawn as nodeSpawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Clock, systemClock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { isAlive, markUse } from './cache-use.ts'
import type { ClipSource } from './clip-source.ts'
import { type DecodePlan, decodeFootage } from './decode-footage.ts'
import type { DecoderOptions } from './run-decoder.ts'
import { openStoredClips } from './stored-clips.ts'
import { type StoredFrames } from './clip-source.ts'
import { makeFolders } from '../../store/make-folders.ts'

/** A stretch of a video file as a piece of footage. */
export interface CachedVideo {
  readonly id: string
  readonly path: string
  readonly startMs?: number
  /** Absent: to the end of the video. */
  readonly endMs?: number
  readonly label: string | null
  readonly group: string
}

/** Makes a file of frames of a stretch of a video, in another way than showing the whole picture. */
export interface FootageDecoder {
  /** Changes with everything that its frames depend on beside the plan. */
  readonly id: string
  /** Writes rgb24 frames [count, H, W, 3] of the plan's size and rate; gives their number. */
  decode(plan: DecodePlan, out: string, options: DecoderOptions): Promise<number>
}

/** Videos that are decoded at the same time, each by one thread. */
const jobs = 2
const formatVersion = 1
/** Makes names of temporary files different. */
let writes = 0

/**
 * Footage from video files, decoded once: every stretch becomes a file of small frames in `cacheDir`, named for its
 * path, time of change, size and geometry, and is used again as long as those stay. Files are written under another
 * name and renamed, so that a crash leaves no half of one. Until the source is closed its files are marked as in use, and
 * their time of change says when they were used (see pruneClipCache). Memory does not grow with the footage: frames are read by
 * position when a clip is cut.
 *
 * @throws AppError TRAIN_DATA (a file is missing, a range is empty), MEDIA_*, STORE_WRITE, TRAIN_STOPPED; each names
 *   the file.
 */
export async function openClipCache(options: {
  cacheDir: string
  videos: readonly CachedVideo[]
  widthPx: number
  heightPx: number
  sampleFps: number
  spawn?: typeof nodeSpawn
  /** Absent: whole pictures. */
  decoder?: FootageDecoder
  /** Called when a video is ready; `decoded` says whether it had to be decoded. */
  onProgress?: (progress: { done: number; total: number; path: string; decoded: boolean }) => void
  signal?: AbortSignal
  /** Says when files were used. */
  clock?: Clock
}): Promise<ClipSource> {
  const { cacheDir, videos, widthPx, heightPx, sampleFps, spawn, onProgress, signal } = options
  const { clock = systemClock, decoder = wholePictures } = options
  await makeFolder(cacheDir)
  const geometry = { widthPx, heightPx, sampleFps }
  const frameBytes = widthPx * heightPx * 3
  const plans = new Map<string, { plan: DecodePlan; file: string }>()
  const planOf: { plan: DecodePlan; file: string }[] = []
  for (const video of videos) {
    const plan = rangeOf(video, geometry)
    const key = JSON.stringify([plan.path, plan.startMs, plan.endMs])
    const known = plans.get(key) ?? { plan, file: join(cacheDir, await nameOf(plan, decoder.id)) }
    plans.set(key, known)
    planOf.push(known)
  }
  const files = [...plans.values()].map(({ file }) => file)
  const release = markUse(
    cacheDir,
    files.map((file) => basename(file)),
  )
  const counts = new Map<string, number>()
  const waiting = [...plans.values()]
  let done = 0
  let failed = false
  const work = async () => {
    for (let next = waiting.shift(); next && !failed; next = waiting.shift()) {
      const { plan, file } = next
      const there = await framesIn(file, frameBytes)
      try {
        counts.set(
          file,
          there ??
            (await decode(decoder, plan, file, { ...(spawn && { spawn }), ...(signal && { signal }) })),
        )
      } catch (thrown) {
        failed = true
        throw thrown
      }
      done += 1
      onProgress?.({ done, total: plans.size, path: plan.path, decoded: there === null })
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: jobs }, work))
  for (const one of ended)
    if (one.status === 'rejected') {
      release()
      throw one.reason
    }
  const used = new Date(clock.nowMs())
  await Promise.all(files.map((file) => utimes(file, used, used)))
  const source = openStoredClips({
    ...geometry,
    items: videos.map(({ id, group, label }, n) => ({
      id,
      group,
      label,
      frameCount: counts.get(planOf[n]!.file)!,
    })),
    frames: planOf.map(({ file }): StoredFrames => ({ path: file, offset: 0 })),
  })
  return {
    ...source,
    close() {
      source.close()
      release()
    },
  }
}

/** Names of the files that these videos have in a cache; videos that are gone have none. */
export async function cachedNames(
  videos: readonly CachedVideo[],
  geometry: Pick<DecodePlan, 'widthPx' | 'heightPx' | 'sampleFps'>,
  decoderId = '',
): Promise<Set<string>> {
  const names = videos.map((video) => nameOf(rangeOf(video, geometry), decoderId).catch(() => null))
  return new Set((await Promise.all(names)).filter((name) => name !== null))
}

/** @throws AppError TRAIN_DATA */
function rangeOf(
  { path, id, startMs = 0, endMs = undefined }: CachedVideo,
  geometry: Pick<DecodePlan, 'widthPx' | 'heightPx' | 'sampleFps'>,
): DecodePlan {
  if (startMs < 0 || (endMs !== undefined && endMs <= startMs))
    throw new AppError('TRAIN_DATA', `${id} (${path}): the range from ${startMs} ms to ${endMs} ms is empty`)
  return { path, startMs, endMs: endMs ?? null, ...geometry }
}

/** A name that changes with everything that the frames depend on. @throws AppError TRAIN_DATA */
async function nameOf(plan: DecodePlan, decoderId = ''): Promise<string> {
  const { path, ...rest } = plan
  const file = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`
    throw new AppError('TRAIN_DATA', `${path}: the video ${why}`, { details: { path }, cause })
  })
  const facts = [
    ...[formatVersion, path, file.mtimeMs, file.size, rest],
    ...(decoderId === '' ? [] : [decoderId]),
  ]
  const digest = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 20)
  const readable = basename(path)
    .replaceAll(/[^A-Za-z0-9.-]/g, '_')
    .slice(0, 60)
  return `${readable}.${digest}.rgb`
}

/** Frames of a file that is there already, or null. */
async function framesIn(file: string, frameBytes: number): Promise<number | null> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  )
  return size > 0 && size % frameBytes === 0 ? size / frameBytes : null
}

const wholePictures: FootageDecoder = { id: '', decode: decodeFootage }

async function decode(
  decoder: FootageDecoder,
  plan: DecodePlan,
  file: string,
  options: { spawn?: typeof nodeSpawn; signal?: AbortSignal },
): Promise<number> {
  // The same video may be decoded twice at a time: each writes a file of its own, and the last rename stays.
  writes += 1
  const temporary = `${file}.${process.pid}-${writes}.part`
  const frames = await decoder.decode(plan, temporary, options)
  try {
    await using handle = await open(temporary, 'r')
    await handle.sync()
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new AppError('STORE_WRITE', `${file}: it cannot be written (${(cause as Error).message})`, {
      cause,
    })
  }
  return frames
}

async function makeFolder(dir: string): Promise<void> {
  try {
    makeFolders(dir)
    await removeLeftovers(dir)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    throw new AppError('STORE_WRITE', `${dir}: the folder for decoded footage cannot be used (${reason})`, {
      cause,
    })
  }
}

/** Parts that a killed process left behind. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const owner = /\.(\d+)-\d+\.part$/.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(dir, name), { force: true })
  }
}
