import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { learningDir } from '../../../src/core/data-dir.ts'
import { AppError } from '../../../src/core/errors.ts'
import {
  type BodyFile,
  bodySuffix,
  decodeBodies,
  encodeBodies,
  standingReadings,
} from '../../../src/skeleton/body-file.ts'
import { writeWhole } from '../../../src/store/write-whole.ts'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'
import type { LearnOptions } from '../job.ts'
import { type BodyFinder, noFinder } from './find-bodies.ts'
import type { LabelledBodies, WindowShape } from './labelled-bodies.ts'

/** Keypoints that were found in footage for learning. */
export const bodyCacheDir = (dataDir: string) => join(learningDir(dataDir), 'bodies')

/**
 * The bodies in labelled clips: what was kept beside a clip when it was recorded, or else what the site's models find in
 * it. That is kept, so that no clip is looked at twice.
 *
 * @param open only called where a clip needs it.
 * @throws AppError TRAIN_PLAN where nothing finds keypoints, TRAIN_STOPPED, MEDIA_*
 */
export async function readBodies(
  options: Pick<LearnOptions, 'dataDir' | 'clock' | 'signal' | 'onProgress'> & {
    videos: readonly LabelledVideo[]
    shape: WindowShape
    open: () => Promise<BodyFinder | null>
  },
): Promise<Map<string, LabelledBodies>> {
  const { videos, dataDir, clock, signal, onProgress, open } = options
  const kept = await Promise.all(videos.map((video) => keptBeside(video)))
  const missing = videos.filter((_, n) => kept[n] === null)
  const found = new Map<string, BodyFile>()
  if (missing.length > 0) {
    const finder = await open()
    if (!finder) throw noFinder(missing.length, missing[0]!.path)
    const paths = [...new Set(missing.map(({ path }) => path))]
    const startedMs = clock.monoMs()
    try {
      for (const [done, path] of paths.entries()) {
        if (signal.aborted)
          throw new AppError('TRAIN_STOPPED', 'it was stopped while people were looked for in clips')
        found.set(path, await findOnce({ path, dir: bodyCacheDir(dataDir), finder }))
        const etaS = ((clock.monoMs() - startedMs) / 1000 / (done + 1)) * (paths.length - done - 1)
        onProgress({ phase: 'load', done: done + 1, total: paths.length, loss: null, etaS })
      }
    } finally {
      await finder.close()
    }
  }
  const windowUs = (options.shape.frames * 1e6) / options.shape.sampleFps
  return new Map(
    videos.map((video, n) => [video.id, labelledBodies(video, kept[n] ?? found.get(video.path)!, windowUs)]),
  )
}

/** Removes keypoints of footage that no run has used for so long. */
export async function pruneBodies(dataDir: string, olderMs: number): Promise<void> {
  const dir = bodyCacheDir(dataDir)
  for (const name of await readdir(dir).catch(() => [])) {
    const path = join(dir, name)
    const old = await stat(path).then(
      ({ mtimeMs }) => mtimeMs < olderMs,
      () => false,
    )
    if (old) await rm(path, { force: true })
  }
}

async function keptBeside({ path }: LabelledVideo): Promise<BodyFile | null> {
  const text = await readFile(path.replace(/\.[^./\\]+$/, bodySuffix), 'utf8').catch(() => null)
  return text === null ? null : decodeBodies(text)
}

async function findOnce({
  path,
  dir,
  finder,
}: {
  path: string
  dir: string
  finder: BodyFinder
}): Promise<BodyFile> {
  const { size, mtimeMs } = await stat(path)
  const name = createHash('sha256')
    .update(JSON.stringify([path, size, mtimeMs, finder.id]))
    .digest('hex')
    .slice(0, 24)
  const file = join(dir, `${name}${bodySuffix}`)
  const before = await readFile(file, 'utf8').then(decodeBodies, () => null)
  if (before) {
    const now = new Date()
    await utimes(file, now, now).catch(() => {})
    return before
  }
  const bodies = await finder.find(path)
  await writeWhole({ path: file, content: encodeBodies(bodies) })
  return bodies
}

/**
 * The bodies of a clip with its label. Where nobody cut a part out, the moment of the alert counts, and half a window before
 * it was raised; the rest of a recorded clip shows what was before and after.
 */
export function labelledBodies(
  { id, group, label, startMs = 0, endMs = Number.POSITIVE_INFINITY }: LabelledVideo,
  file: BodyFile,
  windowUs: number,
): LabelledBodies {
  const { tracks, trackIds, fromUs, toUs } = file
  const given = { fromUs: startMs * 1000, toUs: endMs * 1000 }
  const isWhole = given.fromUs <= fromUs && given.toUs >= toUs
  const lastUs = Math.max(0, ...tracks.map(({ readings }) => readings.at(-1)?.untilUs ?? 0))
  const part = isWhole
    ? { fromUs: Math.max(given.fromUs, Math.min(fromUs, toUs - windowUs / 2)), toUs }
    : { fromUs: given.fromUs, toUs: Math.min(given.toUs, lastUs) }
  return {
    id,
    group,
    label,
    about: trackIds,
    ...part,
    tracks: tracks.map(({ id: track, readings }) => ({ id: track, readings: standingReadings(readings) })),
  }
}
