import { type FileHandle, open } from 'node:fs/promises'
import { findBoxes, viewOf } from './mp4-boxes.ts'

/** Far more than an init segment, or the head of a fragment of a fraction of a second, takes. */
const mostBoxBytes = 4 * 1024 * 1024

/**
 * Writes into a segment that was cut off how much it holds, where it has a place for that (see file-timeline.ts): from
 * the decode times of its fragments, the last of which is taken to be as long as the one before.
 *
 * @throws Error of the file system.
 */
export async function stateLength(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    let init: { readonly bytes: Buffer; readonly at: number } | null = null
    const times: number[] = []
    for (let at = 0; at + 8 <= size; ) {
      const head = await read(file, at, 8)
      const bytes = head.readUInt32BE(0)
      const type = head.toString('latin1', 4)
      if (bytes < 8 || at + bytes > size) break
      if ((type === 'moov' || type === 'moof') && bytes > mostBoxBytes) break
      if (type === 'moov') init = { bytes: await read(file, at, bytes), at }
      if (type === 'moof') times.push(decodeTime(await read(file, at, bytes)))
      at += bytes
    }
    const place = init && lengthPlace(init.bytes)
    if (!init || !place || times.length < 2) return
    const ticks = times.at(-1)! * 2 - times.at(-2)! - times[0]!
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(Math.max(0, Math.round((ticks / place.media) * place.movie))))
    await file.write(length, 0, 8, init.at + place.at)
  } finally {
    await file.close()
  }
}

async function read(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  await file.read(buffer, 0, bytes, at)
  return buffer
}

function decodeTime(moof: Buffer): number {
  const box = findBoxes(moof, 'moof', 'traf', 'tfdt')?.at(-1)
  if (!box) return 0
  return moof[box.at + 8] === 1 ? Number(moof.readBigInt64BE(box.at + 12)) : moof.readUInt32BE(box.at + 12)
}

/** Where `mehd` has its length, and the ticks a second of movie and media. */
function lengthPlace(moov: Buffer) {
  const [extent, movie, media] = [
    findBoxes(moov, 'moov', 'mvex', 'mehd'),
    findBoxes(moov, 'moov', 'mvhd'),
    findBoxes(moov, 'moov', 'trak', 'mdia', 'mdhd'),
  ].map((found) => found?.at(-1))
  if (!extent || !movie || !media || moov[extent.at + 8] !== 1) return null
  const scale = ({ at }: { at: number }) => viewOf(moov).getUint32(at + (moov[at + 8] === 1 ? 28 : 20))
  return { at: extent.at + 12, movie: scale(movie), media: scale(media) }
}
