import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import type { DatasetManifest } from './dataset-manifest.ts'
import type { ForeignEntry } from './foreign-entry.ts'

const cocoSchema = z.looseObject({
  videos: z.array(z.looseObject({ id: z.int(), file_name: z.string().min(1) })),
  categories: z.array(z.looseObject({ id: z.int(), name: z.string().min(1) })),
  annotations: z.array(
    z.looseObject({
      video_id: z.int(),
      category_id: z.int(),
      /** Seconds. */
      segment: z.tuple([z.number().min(0), z.number().min(0)]).exactOptional(),
    }),
  ),
})

/**
 * COCO's categories and annotations over `videos` instead of images (as the video data sets in COCO's format do), with
 * the annotated part as `segment`, seconds. A clip that shows none of the labels is a video without annotation.
 */
export function datasetToCoco(manifest: DatasetManifest): string {
  const categories = manifest.labels.map((name, index) => ({ id: index + 1, name, supercategory: 'action' }))
  const videos = manifest.entries.map(({ id, path, camera, group, side, sha256, startMs, endMs }, index) => ({
    id: index + 1,
    file_name: path,
    clip: id,
    camera,
    group,
    side,
    sha256,
    segment: [startMs / 1000, endMs / 1000],
  }))
  const pairs = manifest.entries.flatMap((entry, index) =>
    entry.labels.map((label) => ({
      video_id: index + 1,
      category_id: manifest.labels.indexOf(label) + 1,
      segment: [entry.startMs / 1000, entry.endMs / 1000],
    })),
  )
  const annotations = pairs.map((pair, index) => ({ id: index + 1, ...pair }))
  const info = { description: manifest.name, version: `v${manifest.version}` }
  return `${JSON.stringify({ info, videos, categories, annotations }, null, 1)}\n`
}

/** Every annotated stretch of a video becomes one entry with all its labels. @throws AppError TRAIN_DATA */
export function datasetFromCoco(text: string, source: string): ForeignEntry[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('TRAIN_DATA', `${source}: is not JSON: ${(cause as Error).message}`, { cause })
  }
  const parsed = cocoSchema.safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new AppError('TRAIN_DATA', `${source}: ${path.join('.')}: ${message}`)
  }
  const { videos, categories, annotations } = parsed.data
  const names = new Map(categories.map(({ id, name }) => [id, name]))
  const known = new Set(videos.map(({ id }) => id))
  for (const [index, { video_id, category_id }] of annotations.entries()) {
    if (!known.has(video_id))
      throw new AppError(
        'TRAIN_DATA',
        `${source}: annotations.${index}.video_id: there is no video ${video_id}`,
      )
    if (!names.has(category_id))
      throw new AppError(
        'TRAIN_DATA',
        `${source}: annotations.${index}.category_id: there is no category ${category_id}`,
      )
  }
  return videos.flatMap((video) => {
    const own = annotations.filter(({ video_id }) => video_id === video.id)
    const rest = {
      path: video.file_name,
      group: typeof video.group === 'string' ? video.group : null,
      camera: typeof video.camera === 'string' ? video.camera : null,
    }
    const whole = cocoSchema.shape.annotations.element.shape.segment.safeParse(video.segment).data
    if (own.length === 0) return [{ ...rest, labels: [], ...partOf(whole) }]
    return [...Map.groupBy(own, ({ segment }) => JSON.stringify(segment ?? null)).values()].map((same) => ({
      ...rest,
      labels: [...new Set(same.map(({ category_id }) => names.get(category_id)!))].sort(),
      ...partOf(same[0]!.segment),
    }))
  })
}

const partOf = (segment: readonly [number, number] | undefined) =>
  segment
    ? { startMs: Math.round(segment[0] * 1000), endMs: Math.round(segment[1] * 1000) }
    : { startMs: null, endMs: null }
