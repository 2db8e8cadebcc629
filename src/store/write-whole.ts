import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../core/errors.ts'
import { makeFolders } from './make-folders.ts'

export interface WholeFile {
  readonly path: string
  readonly content: string | Uint8Array | ((handle: FileHandle) => Promise<void>)
  /** What cannot be written, for the error. */
  readonly what?: string
  readonly mode?: number
  /** Where it is written first: another name for each writer where several may write at a time. */
  readonly part?: string
}

/**
 * Writes a file so that a reader finds the old one or the whole new one, also after the power was cut: it is written
 * beside its place, flushed, and put in place. Makes its folder. @throws AppError STORE_WRITE
 */
export async function writeWhole(file: WholeFile): Promise<void> {
  const { path, content, what = 'it', mode = 0o666, part = `${path}.part` } = file
  try {
    makeFolders(dirname(path))
    {
      await using handle = await open(part, 'w', mode)
      if (typeof content === 'function') await content(handle)
      else await handle.writeFile(content)
      await handle.sync()
    }
    await rename(part, path)
    await using folder = await open(dirname(path), 'r')
    await folder.sync()
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {})
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
    throw new AppError('STORE_WRITE', `${path}: ${what} cannot be written (${reason})`, { cause })
  }
}
