import { chmod, mkdir, stat } from 'node:fs/promises'
import { AppError } from '../core/errors.ts'
import { footageMode } from './clip/clip-part.ts'

/**
 * Makes the folders of the recordings, for the user alone who runs Vireo; one that others may enter is closed to them.
 *
 * @throws AppError STORE_CLIP when one cannot be made.
 */
export async function makeFootageFolders(dirs: readonly string[]): Promise<void> {
  for (const dir of dirs)
    try {
      await mkdir(dir, { recursive: true, mode: footageMode.folder })
      const { mode } = await stat(dir)
      // Somebody else's folder cannot be closed; what is written into it is closed by itself.
      if ((mode & 0o077) !== 0) await chmod(dir, footageMode.folder).catch(() => {})
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? String(cause)
      throw new AppError(
        'STORE_CLIP',
        `the folder of recordings ${dir} cannot be made (${why}); check dataDir`,
        {
          details: { path: dir },
          cause,
        },
      )
    }
}
