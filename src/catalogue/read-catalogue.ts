import { readFileSync } from 'node:fs'
import { didYouMean } from '../config/did-you-mean.ts'
import { AppError } from '../core/errors.ts'
import { type CatalogueEntry, catalogueSchema } from './catalogue-schema.ts'

/** The models that can be installed, from `models/catalogue.json` of this package. */
export function readCatalogue(file: string): readonly CatalogueEntry[] {
  return catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).models
}

/** @throws AppError MODEL_NOT_FOUND listing what there is. */
export function findEntry(entries: readonly CatalogueEntry[], name: string): CatalogueEntry {
  const names = entries.map((entry) => entry.name)
  const found = entries.find((entry) => entry.name === name)
  if (found) return found
  const near = didYouMean(name, names)
  throw new AppError(
    'MODEL_NOT_FOUND',
    `there is no model "${name}" in the catalogue; there are ${names.join(', ')}${near ? `; did you mean ${near}?` : ''}`,
  )
}
