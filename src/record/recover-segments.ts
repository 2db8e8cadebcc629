import { glob, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Telemetry } from '../core/telemetry-port.ts'
import { partSuffix, readPartHead } from './clip/clip-part.ts'
import { stateLength } from './state-length.ts'

/**
 * Gives the segments that a crash left their names: they are playable as they are. One without media is removed; one
 * that cannot be read or renamed stays, and is said. Returns how many were recovered.
 */
export async function recoverSegments(dir: string, telemetry: Telemetry): Promise<number> {
  let recovered = 0
  for await (const name of glob(`*/*/*.mp4${partSuffix}`, { cwd: dir })) {
    const part = join(dir, name)
    try {
      if (!(await readPartHead(part)).hasMedia) {
        await rm(part)
        continue
      }
      await stateLength(part)
      await rename(part, part.slice(0, -partSuffix.length))
      recovered += 1
    } catch (thrown) {
      telemetry.log.warn({ path: part, err: thrown }, 'an unfinished segment cannot be recovered')
    }
  }
  return recovered
}
