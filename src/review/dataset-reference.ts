import { AppError } from '../core/errors.ts'
import type { DatasetFolder } from './dataset-folder.ts'
import type { DatasetManifest } from './dataset-manifest.ts'

export const datasetReferenceText = 'NAME or NAME@VERSION; the newest version unless given'

/** A dataset version as people name it: `site`, `site@3` or `site@v3`. */
export interface DatasetReference {
  readonly name: string
  /** Absent: the newest. */
  readonly version?: number
}

/** @throws AppError API_BAD_REQUEST */
export function parseDatasetReference(text: string): DatasetReference {
  const found = /^([a-z0-9][a-z0-9-]{0,62})(?:@v?([1-9]\d{0,8}))?$/.exec(text)
  if (!found) throw new AppError('API_BAD_REQUEST', `dataset ${text}: give ${datasetReferenceText}`)
  const [, name = '', version] = found
  return version === undefined ? { name } : { name, version: Number(version) }
}

/** @throws AppError API_BAD_REQUEST, TRAIN_DATA when there is no such version */
export function readDataset(folder: DatasetFolder, text: string): DatasetManifest {
  const { name, version } = parseDatasetReference(text)
  return folder.read(name, version)
}
