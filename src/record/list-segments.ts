import { glob, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** One finished file of the continuous recording. */
export interface SegmentFile {
  readonly cameraId: string
  readonly path: string
  /** Below the folder of segments, with `/`: what the database knows it by. */
  readonly name: string
  /** Wall clock at the arrival of its first fragment, milliseconds since the Unix epoch. */
  readonly startedMs: number
}

const namePattern = /^(\d{2})(\d{2})(\d{2})(\d{3})-\d+\.mp4$/

/** Finished segments below `dir`, by camera and then by time. Files with other names are none. */
export async function listSegments(dir: string): Promise<SegmentFile[]> {
  const found: SegmentFile[] = []
  for await (const name of glob('*/*/*.mp4', { cwd: dir })) {
    const [cameraId, day, file] = name.split(sep) as [string, string, string]
    const startedMs = startOf(day, file)
    if (startedMs !== null)
      found.push({ cameraId, path: join(dir, name), name: `${cameraId}/${day}/${file}`, startedMs })
  }
  return found.sort(
    (a, b) => (a.cameraId < b.cameraId ? -1 : a.cameraId > b.cameraId ? 1 : 0) || byTime(a, b),
  )
}

/** Those of one camera from days that a time touches, by time: only their folders are looked into. */
export async function listSegmentsOf(
  dir: string,
  cameraId: string,
  fromMs: number,
  toMs: number,
): Promise<SegmentFile[]> {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  const days = await readdir(join(dir, cameraId)).catch(() => [])
  const wanted = days.filter((name) => name >= day(fromMs) && name <= day(toMs))
  const found = await Promise.all(
    wanted.map(async (name) => {
      const files = await readdir(join(dir, cameraId, name)).catch(() => [])
      return files.flatMap((file): SegmentFile[] => {
        const startedMs = startOf(name, file)
        if (startedMs === null || startedMs >= toMs) return []
        return [
          { cameraId, path: join(dir, cameraId, name, file), name: `${cameraId}/${name}/${file}`, startedMs },
        ]
      })
    }),
  )
  return found.flat().sort(byTime)
}

const byTime = (a: SegmentFile, b: SegmentFile) => a.startedMs - b.startedMs || (a.name < b.name ? -1 : 1)

function startOf(day: string, file: string): number | null {
  const parts = namePattern.exec(file)
  if (!parts) return null
  const [, hour, minute, second, ms] = parts
  const startedMs = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`)
  return Number.isNaN(startedMs) ? null : startedMs
}
