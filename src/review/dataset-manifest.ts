import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../config/config-hash.ts'
import { AppError } from '../core/errors.ts'
import { type DatasetSide, datasetSides, reviewReasons } from '../core/text/review-words.ts'

export { type DatasetSide, datasetSides }

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')
const ms = z.number().min(0)

const entrySchema = z
  .strictObject({
    id: z.string().min(1).describe('Alert or sample that it shows; unique in the dataset.'),
    path: z.string().min(1).describe('The recorded file. Nothing is copied.'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    startMs: ms.describe('The part that counts, milliseconds from the beginning of the file.'),
    endMs: ms,
    camera: z.string().min(1),
    recordedMs: z.int().describe('Wall clock at startMs.'),
    group: z.string().min(1).describe('Camera and day: never on two sides.'),
    side: z.enum(datasetSides),
    labels: z.array(z.string().min(1)).describe('What it shows; empty: none of the labels.'),
    notLabels: z.array(z.string().min(1)).describe('What a model said and a person denied.'),
    said: z
      .string()
      .nullable()
      .exactOptional()
      .describe('What a model said; null: none of its labels. Absent for imported footage.'),
    reason: z.enum(reviewReasons).or(z.literal('import')),
    fact: z.int().nullable().describe('The review fact that it rests on; null for imported footage.'),
    who: z.string().nullable(),
  })
  .refine(({ startMs, endMs }) => startMs < endMs, { message: 'startMs must be less than endMs' })

export const datasetManifestSchema = z.strictObject({
  formatVersion: z.literal(1),
  name: slug,
  version: z.int().min(1),
  createdMs: z.int(),
  /** Version that it was built after, or null. */
  parent: z.int().nullable(),
  seed: z.int(),
  shares: z.strictObject({ train: z.number(), validation: z.number(), test: z.number() }),
  labels: z.array(z.string()),
  entries: z.array(entrySchema),
  /** SHA-256 over everything above. */
  contentSha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** What a model learns from and is judged on: which parts of which files, and what they show. Never changed. */
export type DatasetManifest = z.infer<typeof datasetManifestSchema>
export type DatasetEntry = z.infer<typeof entrySchema>

export function sealManifest(manifest: Omit<DatasetManifest, 'contentSha256'>): DatasetManifest {
  return { ...manifest, contentSha256: sha256Of(manifest) }
}

/** @throws AppError TRAIN_DATA naming the field, or saying that the file was changed after it was made */
export function parseManifest(text: string, source: string): DatasetManifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('TRAIN_DATA', `${source}: is not JSON: ${(cause as Error).message}`, { cause })
  }
  const manifest = checkManifest(withinClips(value), source)
  const { contentSha256, ...rest } = value as DatasetManifest
  if (sha256Of(rest) !== contentSha256)
    throw new AppError('TRAIN_DATA', `${source}: was changed after it was made; build a new version instead`)
  return manifest
}

/** What nobody could read later is told when it is made. @throws AppError TRAIN_DATA naming the clip and the field */
export function checkManifest(value: unknown, source: string): DatasetManifest {
  const parsed = datasetManifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const [list, at] = path
  const { id } = (list === 'entries' && (value as DatasetManifest).entries[Number(at)]) || { id: undefined }
  const clip = id === undefined ? '' : ` (clip ${id})`
  throw new AppError('TRAIN_DATA', `${source}: ${path.join('.') || 'the file'}${clip}: ${message}`)
}

/** Early versions could hold parts that begin a little before their clip. */
function withinClips(value: unknown): unknown {
  const { entries } = (value ?? {}) as { entries?: unknown }
  if (!Array.isArray(entries)) return value
  const within = (entry: unknown) =>
    typeof (entry as DatasetEntry | null)?.startMs === 'number'
      ? { ...(entry as DatasetEntry), startMs: Math.max(0, (entry as DatasetEntry).startMs) }
      : entry
  return { ...(value as object), entries: entries.map(within) }
}

function sha256Of(manifest: Omit<DatasetManifest, 'contentSha256'>): string {
  return createHash('sha256').update(canonicalJson(manifest)).digest('hex')
}

/** `<camera>/<YYYY-MM-DD>` in UTC: clips of one day of one camera show the same light, clothes and people. */
export function dayGroup(camera: string, atMs: number): string {
  return `${camera}/${new Date(atMs).toISOString().slice(0, 10)}`
}
