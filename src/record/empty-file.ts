import { open } from 'node:fs/promises'
import { footageMode } from './clip/clip-part.ts'

/** An empty file for its user alone. ffmpeg would make one that everybody may read; one that is there it leaves so. */
export async function makeEmptyFile(path: string): Promise<void> {
  const file = await open(path, 'w', footageMode.file)
  await file.close()
}
