import { closeSync, openSync, readSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import type { ClipSource, StoredClips } from './clip-source.ts'

/** Files that are open at the same time. */
const openFiles = 32

/** Reads clips by position; frames that were read are not kept. */
export function openStoredClips(stored: StoredClips): ClipSource {
  const { widthPx, heightPx, sampleFps, items, frames } = stored
  const frameBytes = widthPx * heightPx * 3
  const files = new Map<string, number>()
  const fileOf = (path: string) => {
    const known = files.get(path)
    // The one used last goes to the end; the one at the front is closed first.
    if (known !== undefined) files.delete(path)
    const file = known ?? openFile(path)
    files.set(path, file)
    const [oldest, handle] = files.entries().next().value!
    if (files.size > openFiles) {
      closeSync(handle)
      files.delete(oldest)
    }
    return file
  }
  return {
    widthPx,
    heightPx,
    sampleFps,
    items,
    stored,
    read(item, startFrame, count, out) {
      const { frameCount, id } = items[item]!
      const place = frames[item]!
      const first = Math.min(startFrame, frameCount - 1)
      const there = Math.min(count, frameCount - first)
      const wanted = out.subarray(0, there * frameBytes)
      const at = place.offset + first * frameBytes
      if ('memory' in place) wanted.set(new Uint8Array(place.memory, at, wanted.length))
      else readFully(fileOf(place.path), wanted, { at, id, path: place.path })
      const last = out.subarray((there - 1) * frameBytes, there * frameBytes)
      for (let frame = there; frame < count; frame += 1) out.set(last, frame * frameBytes)
    },
    close() {
      for (const file of files.values()) closeSync(file)
      files.clear()
    },
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    throw new AppError('TRAIN_DATA', `${path}: the decoded frames cannot be opened (${reason})`, { cause })
  }
}

function readFully(
  file: number,
  out: Uint8Array,
  { at, id, path }: { at: number; id: string; path: string },
): void {
  let done = 0
  while (done < out.length) {
    const got = readSync(file, out, done, out.length - done, at + done)
    if (got === 0)
      throw new AppError('TRAIN_DATA', `${id}: ${path} is shorter than it was; remove it to decode it again`)
    done += got
  }
}
