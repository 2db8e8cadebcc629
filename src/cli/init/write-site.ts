import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { makeFolders } from '../../store/make-folders.ts'

export interface SiteFile {
  readonly path: string
  readonly content: string | Buffer
}

/**
 * Writes files for their owner alone. Each is whole or not there: it is written beside its place and renamed into it,
 * the last of the list last.
 *
 * @throws AppError CONFIG_WRITE; what was written until then and was not there before is taken away again
 */
export async function writeSite(
  files: readonly SiteFile[],
  exists: (path: string) => boolean,
): Promise<void> {
  const partial = (path: string) => `${path}.${process.pid}.part`
  const made: string[] = []
  try {
    for (const { path, content } of files) {
      makeFolders(dirname(path))
      const handle = await open(partial(path), 'w', 0o600)
      try {
        await handle.writeFile(content)
        await handle.sync()
      } finally {
        await handle.close()
      }
    }
    for (const { path } of files) {
      if (!exists(path)) made.push(path)
      await rename(partial(path), path)
    }
  } catch (cause) {
    for (const { path } of files) await rm(partial(path), { force: true }).catch(() => {})
    for (const path of made) await rm(path, { force: true }).catch(() => {})
    const { code, path } = cause as NodeJS.ErrnoException
    throw new AppError('CONFIG_WRITE', `${path ?? files.at(-1)!.path}: cannot be written (${code})`, {
      cause,
    })
  }
}

/** The text of a file, null when there is none. */
export async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw cause
  })
}
