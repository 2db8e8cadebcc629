import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { parseJson } from '../core/text/parse-json.ts'

const file = z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.int().min(0) })

export const lineageSchema = z.strictObject({
  formatVersion: z.literal(1),
  model: z.string().min(1),
  version: z.string().min(1),
  /** The version of the same model whose weights it started from; null for one that started from none. */
  parent: z.string().nullable(),
  /** Names the dataset: a manifest's version, or the hash of a list of labelled files. */
  dataset: z.string().nullable(),
  /** Dataset versions that are in it, such as site@3. */
  datasets: z.array(z.string()).exactOptional(),
  /** Everything that decided the result besides the footage. */
  config: z.record(z.string(), z.unknown()),
  seed: z.int().nullable(),
  /** Version of Vireo, with the commit where it is run from its repository. */
  code: z.string(),
  metrics: z.record(z.string(), z.number()),
  createdMs: z.int(),
  createdBy: z.string(),
  /** What to type to get the same version again. */
  command: z.string(),
  /** The training run, or null for a bundle that came from elsewhere. */
  run: z.string().nullable(),
  /** What lies beside the bundle: weights to go on from, the report. */
  files: z.array(file),
})

/** lineage.json: where a version comes from. */
export type Lineage = z.infer<typeof lineageSchema>

/** @throws AppError REGISTRY_LINEAGE, naming the first wrong field */
export function parseLineage(text: string, source: string): Lineage {
  return parseJson(
    text,
    lineageSchema,
    (reason) => new AppError('REGISTRY_LINEAGE', `${source}: ${reason}`, { details: { source } }),
  )
}
