import { glob, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { partSuffix } from './clip-part.ts'

/** Gives the segments that a crash left their names: they are playable as they are. Returns how many. */
export async function recoverSegments(dir: string): Promise<number> {
  let recovered = 0
  for await (const name of glob(`*/*/*.mp4${partSuffix}`, { cwd: dir })) {
    const part = join(dir, name)
    await rename(part, part.slice(0, -partSuffix.length))
    recovered += 1
  }
  return recovered
}
