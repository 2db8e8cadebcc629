import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import { AppError } from '../core/errors.ts'
import type { DatasetManifest } from './dataset-manifest.ts'
import type { ForeignEntry } from './foreign-entry.ts'

const options = { ignoreAttributes: false, attributeNamePrefix: '@', textNodeName: '#' } as const

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
  return `<?xml version="1.0" encoding="utf-8"?>\n${new XMLBuilder({ ...options, format: true }).build(body)}`
}

type Node = Record<string, unknown>

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
  const valid = XMLValidator.validate(text)
  if (valid !== true)
    throw new AppError('TRAIN_DATA', `${source}, line ${valid.err.line}: is not XML: ${valid.err.msg}`)
  const lists = new Set(['image', 'tag', 'track', 'box', 'polygon', 'attribute'])
  const parser = new XMLParser({ ...options, isArray: (name) => lists.has(name), processEntities: true })
  const { annotations } = parsed(() => parser.parse(text), source) as { annotations?: Node }
  if (!annotations)
    throw new AppError('TRAIN_DATA', `${source}: has no <annotations>; export it from CVAT again`)
  const images = (annotations.image ?? []) as Node[]
  const tracks = (annotations.track ?? []) as Node[]
  const fromTags = images.flatMap((image) => {
    const tags = (image.tag ?? []) as Node[]
    return [...Map.groupBy(tags, (tag) => JSON.stringify(tag.attribute ?? null)).values()].map((same) => {
      const of = attributesOf(same[0]!)
      return {
        path: String(image['@name']),
        labels: same.map((tag) => String(tag['@label'])).filter((label) => label !== background),
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
  const path = sourceFileOf(annotations)
  if (path === null)
    throw new AppError('TRAIN_DATA', `${source}: meta.task.source, the name of the video, is missing`)
  return [...fromTags, ...tracks.flatMap((track) => stretchOf(track, path, fps))]
}

function stretchOf(track: Node, path: string, fps: number): ForeignEntry[] {
  const shapes = [...((track.box ?? []) as Node[]), ...((track.polygon ?? []) as Node[])]
  const visible = shapes.filter((shape) => shape['@outside'] !== '1').map((shape) => Number(shape['@frame']))
  if (visible.length === 0) return []
  const label = String(track['@label'])
  const at = (frame: number) => Math.round((frame * 1000) / fps)
  const part = { startMs: at(Math.min(...visible)), endMs: at(Math.max(...visible) + 1) }
  return [{ path, labels: [label], group: null, camera: null, ...part }]
}

function attributesOf(tag: Node): Map<string, string> {
  const list = (tag.attribute ?? []) as Node[]
  return new Map(list.map((attribute) => [String(attribute['@name']), String(attribute['#'] ?? '')]))
}

const numberOf = (text: string | undefined) =>
  text === undefined || text === '' || !(Number(text) >= 0) ? null : Number(text)

function sourceFileOf(annotations: Node): string | null {
  const meta = annotations.meta as { task?: { source?: unknown }; job?: { source?: unknown } } | undefined
  const name = meta?.task?.source ?? meta?.job?.source
  return typeof name === 'string' && name !== '' ? name : null
}

/** The parser refuses entities from outside, depth without end and names of JavaScript's own. */
function parsed(parse: () => unknown, source: string): object {
  try {
    return Object(parse()) as object
  } catch (cause) {
    throw new AppError('TRAIN_DATA', `${source}: cannot be read: ${(cause as Error).message}`, { cause })
  }
}
