import { stat, statfs } from 'node:fs/promises'
import { AppError } from '../../src/core/errors.ts'
import { makeFolders } from '../../src/store/make-folders.ts'

export interface ExportRoomOptions {
  /** Where exports are written. */
  readonly dir: string
  /** Free bytes that stay for the recordings: with less, footage of all cameras would make way for an export. */
  readonly spareBytes: () => number
  /** Injected by tests; the free bytes of the disk that `dir` is on. */
  readonly freeBytes?: () => Promise<number>
}

const gb = 1024 ** 3
/** More than a day of one camera; what exports take together. */
export const mostExportBytes = 128 * gb
/** A film is written, then read once more for the tar or to move its index to the front. */
const copies = 2

/** How much an export may write. */
export interface ExportRoom {
  /**
   * Bytes that may be written for an export of these files.
   *
   * @throws AppError STORE_CLIP when the disk has no room for it
   */
  claim(paths: readonly string[]): Promise<number>
}

export function createExportRoom({
  dir,
  spareBytes,
  freeBytes = () => freeBytesOf(dir),
}: ExportRoomOptions): ExportRoom {
  return {
    async claim(paths) {
      const sizes = await Promise.all(
        paths.map(async (path) => (await stat(path).catch(() => null))?.size ?? 0),
      )
      const needed = copies * sizes.reduce((sum, size) => sum + size, 0)
      if (needed > copies * mostExportBytes)
        throw new AppError(
          'STORE_CLIP',
          `the export would be larger than ${shown(mostExportBytes)}; ask for a shorter time`,
        )
      const left = (await freeBytes()) - spareBytes()
      if (needed > left) throw noRoom(needed, left)
      return Math.min(left, copies * mostExportBytes)
    },
  }
}

/** What an export ends with that would take the room of recordings. */
export const noRoom = (needed: number, left: number) =>
  new AppError(
    'STORE_CLIP',
    `an export needs ${shown(needed)} of free disk beside what recordings keep free, and there is ${shown(Math.max(0, left))}; ask for a shorter time or fewer cameras, or take exports away`,
  )

const shown = (bytes: number) =>
  bytes >= gb ? `${(bytes / gb).toFixed(1)} GB` : `${Math.ceil(bytes / 1024 ** 2)} MB`

async function freeBytesOf(dir: string): Promise<number> {
  makeFolders(dir, 0o700)
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}
