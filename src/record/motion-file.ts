import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** How much moved in a day: one byte for each step of it. */
export const motionStepMs = 10_000
const dayMs = 86_400_000
export const motionSuffix = '.motion'

/** 0 says that nothing is known; small motion, which decides, gets most of the values. */
export const encodeLevel = (motion: number): number =>
  1 + Math.round(254 * Math.sqrt(Math.min(1, Math.max(0, motion))))
export const decodeLevel = (byte: number): number | null => (byte === 0 ? null : ((byte - 1) / 254) ** 2)

const fileOf = (dir: string, cameraId: string, atMs: number) =>
  join(dir, cameraId, `${new Date(atMs).toISOString().slice(0, 10)}${motionSuffix}`)

/** Writes the level of one step into the file of its day. The folder is there. @throws Error of the file system */
export async function writeLevel(dir: string, cameraId: string, atMs: number, motion: number): Promise<void> {
  const path = fileOf(dir, cameraId, atMs)
  const file = await open(path, 'r+').catch(() => open(path, 'w+', 0o600))
  try {
    await file.write(Buffer.of(encodeLevel(motion)), 0, 1, Math.floor((atMs % dayMs) / motionStepMs))
  } finally {
    await file.close()
  }
}

/**
 * The levels of a time, the highest of each step.
 *
 * @param stepMs a multiple of ten seconds
 */
export async function readLevels(
  dir: string,
  cameraId: string,
  { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number },
): Promise<(number | null)[]> {
  const days = new Map<number, Buffer>()
  const firstDay = Math.floor(fromMs / dayMs) * dayMs
  for (let at = firstDay; at < toMs; at += dayMs)
    days.set(at, await readFile(fileOf(dir, cameraId, at)).catch(() => Buffer.alloc(0)))
  const levelAt = (atMs: number) => {
    const day = Math.floor(atMs / dayMs) * dayMs
    return decodeLevel(days.get(day)?.[Math.floor((atMs - day) / motionStepMs)] ?? 0)
  }
  const count = Math.ceil((toMs - fromMs) / stepMs)
  return Array.from({ length: count }, (_, index) => {
    let highest: number | null = null
    const beginMs = fromMs + index * stepMs
    for (let at = beginMs; at < Math.min(toMs, beginMs + stepMs); at += motionStepMs) {
      const level = levelAt(at)
      if (level !== null) highest = Math.max(highest ?? 0, level)
    }
    return highest
  })
}
