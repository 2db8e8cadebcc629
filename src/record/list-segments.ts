import { glob } from 'node:fs/promises'
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

const byTime = (a: SegmentFile, b: SegmentFile) => a.startedMs - b.startedMs || (a.name < b.name ? -1 : 1)

function startOf(day: string, file: string): number | null {
  const parts = namePattern.exec(file)
  if (!parts) return null
  const [, hour, minute, second, ms] = parts
  const startedMs = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`)
  return Number.isNaN(startedMs) ? null : startedMs
}
