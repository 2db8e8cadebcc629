import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { segmentsDir } from '../../src/core/data-dir.ts'
import type { SegmentEntry } from '../../src/http/footage/footage-port.ts'
import { listSegmentsOf, type SegmentFile } from '../../src/record/list-segments.ts'
import { findBoxes, viewOf } from '../../src/record/mp4-boxes.ts'

/** A file of the continuous recording and how long it is. */
export interface CoveredFile extends Pick<SegmentFile, 'path' | 'startedMs'> {
  readonly durationMs: number
}

/** A file that ends so soon before the next one is followed by it without a gap. */
const joinedMs = 1500
/** Taken for one that does not say how long it is, because it was cut off. */
const usualMs = 60_000
/** More than an init segment takes. */
const headBytes = 65_536

/** The files of a camera that reach into a time, the oldest first. */
export async function coverageOf(
  dataDir: string,
  cameraId: string,
  fromMs: number,
  toMs: number,
): Promise<CoveredFile[]> {
  const dayMs = 86_400_000
  // One that began the day before may reach into it.
  const files = await listSegmentsOf(segmentsDir(dataDir), cameraId, fromMs - dayMs, toMs)
  const first = Math.max(
    0,
    files.findLastIndex(({ startedMs }) => startedMs <= fromMs),
  )
  const near = files.slice(first)
  const covered = await Promise.all(
    near.map(async ({ path, startedMs }, index) => {
      const next = near[index + 1]?.startedMs ?? Number.POSITIVE_INFINITY
      const usual = index > 0 ? startedMs - near[index - 1]!.startedMs : 0
      // Lengths are read only where the next one does not follow as usual: a day has thousands of files.
      const follows = next - startedMs <= usual * 1.2 && index > 0
      const durationMs = follows
        ? next - startedMs
        : Math.min(next - startedMs, (await lengthMs(path)) || usualMs)
      return { path, startedMs, durationMs }
    }),
  )
  return covered.filter(({ startedMs, durationMs }) => startedMs + durationMs > fromMs && startedMs < toMs)
}

/** Files that follow each other as one. */
export function joinCovered(files: readonly CoveredFile[]): { fromMs: number; toMs: number }[] {
  const spans: { fromMs: number; toMs: number }[] = []
  for (const { startedMs, durationMs } of files) {
    const last = spans.at(-1)
    if (last && startedMs - last.toMs <= joinedMs) last.toMs = Math.max(last.toMs, startedMs + durationMs)
    else spans.push({ fromMs: startedMs, toMs: startedMs + durationMs })
  }
  return spans
}

/** The file that holds a moment; null: none does. */
export async function fileAt(dataDir: string, cameraId: string, atMs: number): Promise<SegmentEntry | null> {
  const found = (await coverageOf(dataDir, cameraId, atMs - 1, atMs + 1)).at(-1)
  if (!found) return null
  const { size, mtimeMs } = await stat(found.path)
  const etag = createHash('sha256').update(`${found.path} ${size} ${mtimeMs}`).digest('hex').slice(0, 32)
  return { ...found, etag }
}

/** What a segment states as its length (`mehd`), milliseconds; 0 where it states none. */
async function lengthMs(path: string): Promise<number> {
  const file = await open(path, 'r').catch(() => null)
  if (!file) return 0
  try {
    const buffer = Buffer.alloc(headBytes)
    const { bytesRead } = await file.read(buffer, 0, headBytes, 0)
    return lengthIn(buffer.subarray(0, bytesRead))
  } catch {
    return 0
  } finally {
    await file.close()
  }
}

function lengthIn(bytes: Buffer): number {
  const movie = findBoxes(bytes, 'moov', 'mvhd')?.at(-1)
  if (!movie) return 0
  const view = viewOf(bytes)
  const long = bytes[movie.at + 8] === 1
  const scale = view.getUint32(movie.at + (long ? 28 : 20))
  const extended = findBoxes(bytes, 'moov', 'mvex', 'mehd')?.at(-1)
  const ticks = extended
    ? bytes[extended.at + 8] === 1
      ? Number(view.getBigUint64(extended.at + 12))
      : view.getUint32(extended.at + 12)
    : long
      ? Number(view.getBigUint64(movie.at + 32))
      : view.getUint32(movie.at + 24)
  return scale > 0 ? Math.round((ticks / scale) * 1000) : 0
}
