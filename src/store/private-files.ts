import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { AppError } from '../core/errors.ts'
import { makeFolders } from './make-folders.ts'

const forOthers = 0o077
/** Set on folders that belong to everybody, such as /tmp: their mode is not ours to change. */
const sticky = 0o1000

/**
 * Makes a folder that its owner alone can enter, whatever the umask, or takes the others' rights from one that is there.
 *
 * @returns the folder's mode where others can still enter it, else null
 * @throws AppError STORE_OPEN
 */
export function makePrivateFolder(dir: string): number | null {
  try {
    makeFolders(dir, 0o700)
    return tighten(dir, 0o700)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new AppError('STORE_OPEN', `the folder ${dir} cannot be made or used (${code}); ${cureOf(code)}`, {
      cause,
    })
  }
}

const cures: Readonly<Record<string, string>> = {
  EACCES: 'give the user that runs Vireo the right to write there, or set another dataDir',
  EPERM: 'give the user that runs Vireo the right to write there, or set another dataDir',
  EROFS: 'its file system is read-only: mount it for writing, or set another dataDir',
  ENOSPC: 'the disk is full: make room, or set another dataDir',
  EDQUOT: 'the quota of the user that runs Vireo is used up: make room, or set another dataDir',
  ENOTDIR: 'a part of the path is a file: set another dataDir',
  EEXIST: 'a file has that name: set another dataDir',
  ENOENT: 'no folder can be made there: set another dataDir',
}
const cureOf = (code: string | undefined) => cures[code ?? ''] ?? 'set another dataDir'

/**
 * Takes the others' rights from a file that is there; with `create` it is made, for its owner alone, when it is not.
 * An existing file is never opened: closing a database's file would let go of the locks that this process has on it.
 */
export function makePrivateFile(file: string, create: boolean): void {
  try {
    if (create) closeSync(openSync(file, 'wx', 0o600))
  } catch {
    // There already, or whoever opens it says why it cannot be made.
  }
  tighten(file, 0o600)
}

/** @returns the mode where others still have rights */
function tighten(path: string, mode: number): number | null {
  const now = statSync(path, { throwIfNoEntry: false })
  if (!now || (now.mode & forOthers) === 0) return null
  if ((now.mode & sticky) !== 0) return now.mode & 0o777
  try {
    chmodSync(path, mode)
    return null
  } catch {
    return now.mode & 0o777
  }
}
