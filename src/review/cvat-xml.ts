import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { z } from 'zod'
import { pathText } from '../config/path-text.ts'
import { AppError } from '../core/errors.ts'

/** How attributes and texts of an element are named, where it is read and where it is written. */
export const xmlOptions = { ignoreAttributes: false, attributeNamePrefix: '@', textNodeName: '#' } as const

const lists = new Set(['image', 'tag', 'track', 'box', 'polygon', 'attribute'])
const text = z.string({ error: 'is missing' })

/** An element without attributes and content is read as an empty text. */
const element = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => (value === '' ? {} : value), z.looseObject(shape))
const attribute = element({
  '@name': text,
  '#': z.union([z.string(), z.number(), z.boolean()]).exactOptional(),
})
const tag = element({ '@label': text, attribute: z.array(attribute).default([]) })
const shape = element({
  '@frame': text.regex(/^\d+$/, 'must be the number of a frame').transform(Number),
  '@outside': z.string().exactOptional(),
})
const track = element({
  '@label': text,
  box: z.array(shape).default([]),
  polygon: z.array(shape).default([]),
})
const part = element({}).prefault({})
const documentSchema = z.looseObject({
  annotations: z.looseObject({
    image: z.array(element({ '@name': text, tag: z.array(tag).default([]) })).default([]),
    track: z.array(track).default([]),
    meta: element({ task: part, job: part }).prefault({}),
  }),
})

export type CvatTag = z.infer<typeof tag>
export type CvatTrack = z.infer<typeof track>
export type CvatAnnotations = z.infer<typeof documentSchema>['annotations']

/** What an XML file of CVAT holds. @throws AppError TRAIN_DATA naming the line or the element that is wrong */
export function readCvat(xml: string, source: string): CvatAnnotations {
  const valid = XMLValidator.validate(xml)
  if (valid !== true)
    throw new AppError('TRAIN_DATA', `${source}, line ${valid.err.line}: is not XML: ${valid.err.msg}`)
  const value = parsed(xml, source)
  if (typeof value !== 'object' || value === null || !('annotations' in value) || !value.annotations)
    throw new AppError('TRAIN_DATA', `${source}: has no <annotations>; export it from CVAT again`)
  const checked = documentSchema.safeParse(value)
  if (checked.success) return checked.data.annotations
  const { path, message } = checked.error.issues[0]!
  throw new AppError('TRAIN_DATA', `${source}: ${pathText(path)}: ${message}; export it from CVAT again`)
}

/** The parser refuses entities from outside, depth without end and names of JavaScript's own. */
function parsed(xml: string, source: string): unknown {
  try {
    const parser = new XMLParser({
      ...xmlOptions,
      isArray: (name) => lists.has(name),
      processEntities: true,
    })
    return parser.parse(xml)
  } catch (cause) {
    throw new AppError('TRAIN_DATA', `${source}: cannot be read: ${(cause as Error).message}`, { cause })
  }
}
