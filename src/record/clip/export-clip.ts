import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { makeFolders } from '../../store/make-folders.ts'
import type { ClipRow } from '../../store/tables/clip-reader.ts'

/**
 * Copies a clip to `<to>/<camera>_<time>_<label>_<alert>.mp4`, with its facts beside it as JSON. Returns the path.
 *
 * @throws AppError API_BAD_REQUEST when it was removed, STORE_CLIP when it cannot be copied or is not what was recorded.
 */
export async function exportClip(row: ClipRow, to: string): Promise<string> {
  if (row.removedReason !== null)
    throw new AppError('API_BAD_REQUEST', `clip ${row.alertId} was removed (${row.removedReason})`)
  const time = new Date(row.startedMs).toISOString().slice(0, 19).replaceAll(':', '-')
  const label = (row.label ?? 'clip').replaceAll(/[^\p{L}\p{N}-]+/gu, '-')
  const path = join(to, `${row.cameraId}_${time}_${label}_${row.alertId.slice(0, 12)}.mp4`)
  try {
    makeFolders(to)
    await copyFile(row.path, path, constants.COPYFILE_FICLONE)
  } catch (cause) {
    throw new AppError(
      'STORE_CLIP',
      `${row.path} cannot be copied to ${path} (${(cause as Error).message})`,
      {
        cause,
      },
    )
  }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  if (hash.digest('hex') !== row.sha256) {
    await rm(path, { force: true })
    throw new AppError('STORE_CLIP', `${row.path} is not what was recorded: its SHA-256 differs`)
  }
  await writeFile(path.replace(/\.mp4$/, '.json'), `${JSON.stringify(row, null, 2)}\n`)
  return path
}
