import { createHash } from 'node:crypto'
import { chmod, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import { makeFolders } from '../store/make-folders.ts'
import type { Bundle } from './bundle-schema.ts'
import { type LoadedBundle, loadBundle } from './load-bundle.ts'
import { parseBundle } from './parse-bundle.ts'

/**
 * Writes a bundle so that `dir` is at every moment either what it was or complete: everything goes into a
 * temporary folder beside it, is flushed, and is renamed into place. `files` maps paths inside the folder to
 * their bytes and must hold `bundle.graph`; checksums are filled in here. An older bundle at `dir` is replaced
 * as a whole, any other non-empty folder is refused. Throws MODEL_BUNDLE_INVALID (names the field; nothing is
 * written) and STORE_WRITE.
 */
export async function writeBundle(
  dir: string,
  bundle: Omit<Bundle, 'files' | 'formatVersion'>,
  files: Record<string, Uint8Array>,
): Promise<LoadedBundle> {
  const listed = Object.entries(files).map(([path, bytes]) => ({
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
  }))
  const source = join(dir, 'bundle.json')
  const checked = parseBundle({ formatVersion: 1, ...bundle, files: listed }, source)
  const target = resolve(dir)
  const parent = dirname(target)
  let temporary: string | null = null
  try {
    makeFolders(parent)
    const older = await olderBundle(target)
    temporary = await mkdtemp(join(parent, `.${basename(target)}-`))
    for (const [path, bytes] of Object.entries(files)) await writeFlushed(join(temporary, path), bytes)
    const json = `${JSON.stringify(checked, null, 2)}\n`
    await writeFlushed(join(temporary, 'bundle.json'), new TextEncoder().encode(json))
    await chmod(temporary, 0o755)
    await replaceFolder(temporary, target, older)
    await flushFolder(parent)
  } catch (cause) {
    if (temporary) await rm(temporary, { recursive: true, force: true })
    if (cause instanceof AppError) throw cause
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
    throw new AppError('STORE_WRITE', `${dir}: the model bundle cannot be written (${reason})`, {
      details: { dir },
      cause,
    })
  }
  return loadBundle(dir)
}

/** Whether a bundle stands at `target` already. A folder with anything else in it is not ours to replace. */
async function olderBundle(target: string): Promise<boolean> {
  const entries = await readdir(target).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return []
    throw cause
  })
  if (entries.length === 0 || entries.includes('bundle.json')) return entries.length > 0
  throw new AppError(
    'STORE_WRITE',
    `${target}: the folder exists, is not empty and holds no bundle.json; name another one for the model bundle`,
    { details: { dir: target } },
  )
}

/** `rename` replaces an empty folder but no full one, so an older bundle steps aside first. */
async function replaceFolder(from: string, target: string, older: boolean): Promise<void> {
  if (!older) return rename(from, target)
  const aside = `${from}.old`
  await rename(target, aside)
  try {
    await rename(from, target)
  } catch (cause) {
    await rename(aside, target)
    throw cause
  }
  await rm(aside, { recursive: true, force: true })
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  makeFolders(dirname(path))
  await using handle = await open(path, 'wx')
  await handle.writeFile(bytes)
  await handle.sync()
}

async function flushFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}
