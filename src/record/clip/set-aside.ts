import { mkdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { footageMode, partSuffix } from './clip-part.ts'

/** Folder below that of a camera, where parts go that nothing can be made of. */
export const asideFolder = 'set-aside'
export const brokenSuffix = '.broken'

/**
 * Moves what was recorded for `<clips>/<camera>/<day>/<alert>.mp4`, and cannot become a clip, to
 * `<clips>/<camera>/set-aside/`: it is not tried again, people may look at it, and retention removes it in its time.
 * Returns where it is now. @throws Error of the file system.
 */
export async function setAside(path: string): Promise<string> {
  const folder = join(dirname(dirname(path)), asideFolder)
  await mkdir(folder, { recursive: true, mode: footageMode.folder })
  const to = join(folder, basename(path) + brokenSuffix)
  await rename(path + partSuffix, to)
  return to
}
