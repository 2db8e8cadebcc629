import { AppError } from '../core/errors.ts'

/** The four characters of a box's type as the number that they are in the file. */
const codeOf = (type: string) => Buffer.from(type, 'latin1').readUInt32BE(0)
const typeOf = (code: number) => String.fromCharCode(...[24, 16, 8, 0].map((shift) => (code >>> shift) & 255))

const paths = {
  mediaHeader: ['moov', 'trak', 'mdia', 'mdhd'].map(codeOf),
  trackFragment: ['moof', 'traf'].map(codeOf),
  trackHeader: [codeOf('tfhd')],
  decodeTime: [codeOf('tfdt')],
  run: [codeOf('trun')],
} as const

/** The inside of the first box of a type within `view`; every fragment of every camera comes through here. */
function firstBox(view: DataView, code: number): DataView | null {
  let at = 0
  while (at + 8 <= view.byteLength) {
    const size = view.getUint32(at)
    const found = view.getUint32(at + 4)
    if (size < 8 || at + size > view.byteLength)
      throw new AppError(
        'MEDIA_MALFORMED',
        `the recording from ffmpeg has a ${typeOf(found)} box of a wrong size`,
      )
    if (found === code) return new DataView(view.buffer, view.byteOffset + at + 8, size - 8)
    at += size
  }
  return null
}

function find(view: DataView, path: readonly number[]): DataView {
  let inside = view
  for (const code of path) {
    const found = firstBox(inside, code)
    if (!found)
      throw new AppError(
        'MEDIA_MALFORMED',
        `the recording from ffmpeg has no ${path.map(typeOf).join('/')} box`,
      )
    inside = found
  }
  return inside
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Ticks a second of the first track: moov/trak/mdia/mdhd. */
export function mediaTimescale(moov: Uint8Array): number {
  const header = find(viewOf(moov), paths.mediaHeader)
  return header.getUint32(header.getUint8(0) === 1 ? 20 : 12)
}

const nonSync = 0x10000
/** A fragment lasts a fraction of a second. */
const mostSamples = 100_000

/**
 * When a fragment is shown, its length and whether its first sample is a keyframe, from moof/traf: tfhd, tfdt and trun. It
 * is shown from its keyframe on, or from the earliest of its pictures. Times before zero are usual: pictures that are
 * decoded before they are shown, and what an edit list hides.
 */
export function readFragmentHead(moof: Uint8Array, timescale: number) {
  const traf = find(viewOf(moof), paths.trackFragment)
  const defaults = readTrackHeader(find(traf, paths.trackHeader))
  const time = find(traf, paths.decodeTime)
  const ticks = time.getUint8(0) === 1 ? Number(time.getBigInt64(4)) : time.getUint32(4)
  const run = find(traf, paths.run)
  const flags = run.getUint32(0) & 0xffffff
  const count = run.getUint32(4)
  let at = 8 + (flags & 1 ? 4 : 0)
  let firstFlags = defaults.flags
  if (flags & 4) {
    firstFlags = run.getUint32(at)
    at += 4
  }
  // Samples without fields of their own take no bytes: their count alone could keep the loop busy for ever.
  if (count > mostSamples) throw new AppError('MEDIA_MALFORMED', `a fragment of ${count} pictures`)
  let duration = 0
  let firstShown = 0
  let earliest = Number.POSITIVE_INFINITY
  for (let sample = 0; sample < count; sample += 1) {
    const sent = duration
    if (flags & 0x100) {
      duration += run.getUint32(at)
      at += 4
    } else duration += defaults.duration
    if (flags & 0x200) at += 4
    if (flags & 0x400) {
      if (sample === 0 && !(flags & 4)) firstFlags = run.getUint32(at)
      at += 4
    }
    let delay = 0
    if (flags & 0x800) {
      // Version 0 says unsigned, but no delay is that long: writers put negative ones there all the same.
      delay = run.getInt32(at)
      at += 4
    }
    if (sample === 0) firstShown = delay
    earliest = Math.min(earliest, sent + delay)
  }
  const keyframe = (firstFlags & nonSync) === 0
  const shown = keyframe || count === 0 ? firstShown : earliest
  return {
    keyframe,
    ptsUs: Math.round(((ticks + shown) * 1e6) / timescale),
    durationUs: Math.round((duration * 1e6) / timescale),
  }
}

function readTrackHeader(header: DataView): { duration: number; flags: number } {
  const flags = header.getUint32(0) & 0xffffff
  let at = 8
  if (flags & 1) at += 8
  if (flags & 2) at += 4
  const next = (bit: number) => {
    if (!(flags & bit)) return 0
    at += 4
    return header.getUint32(at - 4)
  }
  const duration = next(8)
  next(0x10)
  return { duration, flags: next(0x20) }
}
