import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type LoadedBundle, loadBundle } from '../bundle/load-bundle.ts'
import { AppError } from '../core/errors.ts'
import { isAlive, type ProcessIdentity, processIdentity } from '../core/process-identity.ts'
import { makeFolders } from '../store/make-folders.ts'
import { type Lineage, parseLineage } from './lineage.ts'

export type NewLineage = Omit<Lineage, 'formatVersion' | 'model' | 'version' | 'files'>

/** Folders that begin like this are being written or removed; the name says by whom. */
const temporary = '.part-'

/**
 * Puts a bundle and its lineage into a folder that nobody ever changes: everything goes into a temporary folder
 * beside it, is flushed and made read-only, and is renamed into place. So the folder is complete or not there,
 * whenever the process dies.
 *
 * @throws AppError REGISTRY_EXISTS when there is such a version, STORE_WRITE
 */
export async function writeVersionFolder(options: {
  target: string
  loaded: LoadedBundle
  lineage: NewLineage
  /** Paths beside the bundle and their bytes. */
  files: Readonly<Record<string, Uint8Array>>
}): Promise<Lineage> {
  const { target, loaded, lineage, files } = options
  const { bundle, dir } = loaded
  const taken = new Set(['bundle.json', 'lineage.json', ...bundle.files.map(({ path }) => path)])
  const clash = Object.keys(files).find((path) => taken.has(path))
  if (clash) throw new AppError('REGISTRY_EXISTS', `${target}: ${clash} is already a file of the bundle`)
  const whole: Lineage = {
    formatVersion: 1,
    model: bundle.name,
    version: bundle.version,
    ...lineage,
    files: Object.entries(files).map(([path, bytes]) => ({
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    })),
  }
  const parent = dirname(target)
  let part: string | null = null
  try {
    makeFolders(parent)
    part = await mkdtemp(join(parent, partPrefix()))
    for (const path of ['bundle.json', ...bundle.files.map((file) => file.path)]) {
      makeFolders(dirname(join(part, path)))
      await copyFile(join(dir, path), join(part, path))
      await seal(join(part, path))
    }
    const written = { ...files, 'lineage.json': encode(whole) }
    for (const [path, bytes] of Object.entries(written)) {
      makeFolders(dirname(join(part, path)))
      await writeFile(join(part, path), bytes, { flag: 'wx' })
      await seal(join(part, path))
    }
    await flush(part)
    // Onto a folder with anything in it, rename fails: a version is never replaced.
    await rename(part, target)
    await flush(parent)
  } catch (cause) {
    if (part) await rm(part, { recursive: true, force: true })
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST')
      throw new AppError('REGISTRY_EXISTS', `${target}: this version is there already, and is never changed`)
    throw new AppError('STORE_WRITE', `${target}: the version cannot be written (${code ?? message})`, {
      cause,
    })
  }
  return whole
}

/** The versions of a model whose folders are complete, in no order. */
export async function readVersionFolders(modelDir: string): Promise<Lineage[]> {
  const names = await readdir(modelDir).catch(() => [])
  const found = names.filter((name) => !name.startsWith('.'))
  return Promise.all(found.map((name) => readLineage(join(modelDir, name))))
}

/** @throws AppError REGISTRY_LINEAGE */
export async function readLineage(dir: string): Promise<Lineage> {
  const source = join(dir, 'lineage.json')
  const text = await readFile(source, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('REGISTRY_LINEAGE', `${source}: cannot be read (${cause.code})`, { cause })
  })
  return parseLineage(text, source)
}

/** @throws AppError MODEL_BUNDLE_CORRUPT when a file of the version is not what it was */
export async function verifyVersionFolder(dir: string): Promise<LoadedBundle> {
  const loaded = await loadBundle(dir)
  for (const { path, sha256 } of (await readLineage(dir)).files) {
    const bytes = await readFile(join(dir, path)).catch(() => null)
    const found = bytes && createHash('sha256').update(bytes).digest('hex')
    if (found !== sha256)
      throw new AppError('MODEL_BUNDLE_CORRUPT', `${join(dir, path)}: is not as lineage.json states`, {
        details: { dir, file: path },
      })
  }
  return loaded
}

/** Removes a version: it is out of sight at once, and gone even if this is cut short. */
export async function removeVersionFolder(dir: string): Promise<void> {
  const parent = dirname(dir)
  const aside = await mkdtemp(join(parent, partPrefix()))
  await rename(dir, join(aside, basename(dir)))
  await flush(parent)
  await rm(aside, { recursive: true, force: true })
}

/** Removes what processes that are gone left half written or half removed. */
export async function sweepParts(modelDir: string): Promise<void> {
  for (const name of await readdir(modelDir).catch(() => [])) {
    const owner = ownerOf(name)
    if (owner && !isAlive(owner)) await rm(join(modelDir, name), { recursive: true, force: true })
  }
}

function partPrefix(): string {
  const { pid, started } = processIdentity()
  return `${temporary}${pid}-${started ?? ''}-`
}

function ownerOf(name: string): ProcessIdentity | null {
  if (!name.startsWith(temporary)) return null
  const [pid, started] = name.slice(temporary.length).split('-')
  return { pid: Number(pid), started: started || null }
}

function encode(lineage: Lineage): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(lineage, null, 2)}\n`)
}

/** On the disk, and read-only from now on. */
async function seal(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.chmod(0o444)
  await handle.sync()
}

async function flush(dir: string): Promise<void> {
  await using handle = await open(dir, 'r')
  if (basename(dir).startsWith(temporary)) await handle.chmod(0o755)
  await handle.sync()
}
