import { XMLBuilder } from 'fast-xml-parser'
import { AppError } from '../core/errors.ts'
import { type CvatAnnotations, type CvatTag, type CvatTrack, readCvat, xmlOptions } from './cvat-xml.ts'
import type { DatasetManifest } from './dataset-manifest.ts'
import type { ForeignEntry } from './foreign-entry.ts'

/** "CVAT for images 1.1": every clip as an image of that name with a tag for each label, its part as attributes. */
export function datasetToCvat(manifest: DatasetManifest): string {
  const attribute = (name: string, value: number | string) => ({ '@name': name, '#': String(value) })
  const image = manifest.entries.map(({ path, labels, startMs, endMs, group, camera }, index) => ({
    '@id': index,
    '@name': path,
    '@subset': manifest.entries[index]!.side,
    tag: (labels.length > 0 ? labels : ['background']).map((label) => ({
      '@label': label,
      '@source': 'manual',
      attribute: [
        attribute('startMs', startMs),
        attribute('endMs', endMs),
        attribute('group', group),
        attribute('camera', camera),
      ],
    })),
  }))
  const label = [...manifest.labels, 'background'].map((name) => ({ name, type: 'tag' }))
  const job = { name: `${manifest.name} v${manifest.version}`, size: image.length, labels: { label } }
  const body = { annotations: { version: '1.1', meta: { job }, image } }
  return `<?xml version="1.0" encoding="utf-8"?>\n${new XMLBuilder({ ...xmlOptions, format: true }).build(body)}`
}

/**
 * Reads both of CVAT's XML formats: for images, tags of an image with its name as the file; for video, every track as
 * a stretch from its first to its last visible frame of the task's file, with `fps` of the footage.
 *
 * @throws AppError TRAIN_DATA
 */
export function datasetFromCvat(
  text: string,
  source: string,
  { fps = null, background }: { fps?: number | null; background: string },
): ForeignEntry[] {
  const { image: images, track: tracks, meta } = readCvat(text, source)
  const fromTags = images.flatMap((image) => {
    return [...Map.groupBy(image.tag, (tag) => JSON.stringify(tag.attribute)).values()].map((same) => {
      const of = attributesOf(same[0]!)
      return {
        path: image['@name'],
        labels: same.map((tag) => tag['@label']).filter((label) => label !== background),
        group: of.get('group') ?? null,
        camera: of.get('camera') ?? null,
        startMs: numberOf(of.get('startMs')),
        endMs: numberOf(of.get('endMs')),
      }
    })
  })
  if (tracks.length === 0) return fromTags
  if (fps === null)
    throw new AppError('TRAIN_DATA', `${source}: has tracks in frames; give the frame rate with --fps`)
  const path = sourceFileOf(meta)
  if (path === null)
    throw new AppError('TRAIN_DATA', `${source}: meta.task.source, the name of the video, is missing`)
  return [...fromTags, ...tracks.flatMap((track) => stretchOf(track, path, fps))]
}

function stretchOf(track: CvatTrack, path: string, fps: number): ForeignEntry[] {
  const shapes = [...track.box, ...track.polygon]
  const visible = shapes.filter((shape) => shape['@outside'] !== '1').map((shape) => shape['@frame'])
  if (visible.length === 0) return []
  const label = track['@label']
  const at = (frame: number) => Math.round((frame * 1000) / fps)
  const part = { startMs: at(Math.min(...visible)), endMs: at(Math.max(...visible) + 1) }
  return [{ path, labels: [label], group: null, camera: null, ...part }]
}

function attributesOf(tag: CvatTag): Map<string, string> {
  return new Map(tag.attribute.map((attribute) => [attribute['@name'], String(attribute['#'] ?? '')]))
}

const numberOf = (text: string | undefined) =>
  text === undefined || text === '' || !(Number(text) >= 0) ? null : Number(text)

function sourceFileOf({ task, job }: CvatAnnotations['meta']): string | null {
  const name = task.source ?? job.source
  return typeof name === 'string' && name !== '' ? name : null
}
