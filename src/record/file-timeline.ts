import { type Box, boxesOf, findBoxes, viewOf } from './mp4-boxes.ts'

/** Fragments of a long stream as the contents of a file of its own. */
export interface FileTimeline {
  /** The init segment: with an edit that begins at the first picture, and with a place for the length. */
  readonly init: Uint8Array
  /** A fragment with its time counted from the beginning of the file. */
  media(data: Uint8Array): readonly Uint8Array[]
  /** What to put where in the init segment, so that the file states its length; null when it has no place for it. */
  length(durationUs: number): { readonly at: number; readonly bytes: Uint8Array } | null
}

/**
 * Fragmented MP4 (ISO/IEC 14496-12) counts time from when the stream began. A file that holds some seconds of a stream
 * that runs for days would state days, and begin at the end of them. So the decode time of each fragment (`tfdt`) is
 * counted from that of the first; an edit list begins the presentation with the first keyframe, which leaves out
 * pictures that come before it and depend on what is not there; and `mehd` states the length. What is no MP4 that can
 * be read stays as it is.
 */
export function createFileTimeline(init: Uint8Array, first: Uint8Array): FileTimeline {
  const base = decodeTimeOf(first)
  const scales = scalesOf(init)
  if (base === null || scales === null) return { init, media: (data) => [data], length: () => null }
  const withEdit = insertEdit(init, compositionOf(first))
  const { bytes, lengthAt } = insertLength(withEdit)
  return {
    init: bytes,
    media(data) {
      const at = decodeTimeAt(data)
      const moof = boxesOf(data).find(({ type }) => type === 'moof')
      if (at === null || !moof) return [data]
      // Others hold the same bytes: only the head is copied.
      const head = Buffer.from(data.subarray(0, moof.end))
      const ticks = at.long ? head.readBigInt64BE(at.at) : BigInt(head.readUInt32BE(at.at))
      const own = ticks > base ? ticks - base : 0n
      if (at.long) head.writeBigUInt64BE(own, at.at)
      else head.writeUInt32BE(Number(own), at.at)
      return [head, data.subarray(moof.end)]
    },
    length(durationUs) {
      if (lengthAt === null) return null
      const ticks = Buffer.alloc(8)
      ticks.writeBigUInt64BE(BigInt(Math.max(0, Math.round((durationUs / 1e6) * scales.movie))))
      return { at: lengthAt, bytes: ticks }
    },
  }
}

function decodeTimeAt(data: Uint8Array): { readonly at: number; readonly long: boolean } | null {
  const box = findBoxes(data, 'moof', 'traf', 'tfdt')?.at(-1)
  if (!box || box.end - box.at < 16) return null
  const long = data[box.at + 8] === 1
  return long && box.end - box.at < 20 ? null : { at: box.at + 12, long }
}

function decodeTimeOf(data: Uint8Array): bigint | null {
  const place = decodeTimeAt(data)
  if (!place) return null
  const view = viewOf(data)
  return place.long ? view.getBigInt64(place.at) : BigInt(view.getUint32(place.at))
}

/** From the decode time of the first sample to its presentation, in ticks (`trun`). */
function compositionOf(data: Uint8Array): number {
  const run = findBoxes(data, 'moof', 'traf', 'trun')?.at(-1)
  if (!run) return 0
  const view = viewOf(data)
  const flags = view.getUint32(run.at + 8) & 0xffffff
  if ((flags & 0x800) === 0) return 0
  const before = [0x1, 0x4, 0x100, 0x200, 0x400].filter((flag) => (flags & flag) !== 0).length
  const at = run.at + 16 + before * 4
  return at + 4 <= run.end ? Math.max(0, view.getInt32(at)) : 0
}

function scalesOf(init: Uint8Array): { readonly movie: number } | null {
  const header = findBoxes(init, 'moov', 'mvhd')?.at(-1)
  if (!header || header.end - header.at < 32) return null
  const movie = viewOf(init).getUint32(header.at + (init[header.at + 8] === 1 ? 28 : 20))
  return movie > 0 ? { movie } : null
}

/** With an edit list in its track, unless there is one: from this moment of the media to its end. */
function insertEdit(init: Uint8Array, fromTicks: number): Uint8Array {
  const track = findBoxes(init, 'moov', 'trak')
  const header = findBoxes(init, 'moov', 'trak', 'tkhd')
  if (fromTicks === 0 || !track || !header || findBoxes(init, 'moov', 'trak', 'edts')) return init
  const list = Buffer.alloc(8 + 36)
  list.writeUInt32BE(list.length, 0)
  list.write('edts', 4, 'latin1')
  list.writeUInt32BE(36, 8)
  list.write('elst', 12, 'latin1')
  list[16] = 1
  list.writeUInt32BE(1, 20)
  // A length of 0: in a fragmented file everything that comes.
  list.writeBigInt64BE(BigInt(fromTicks), 32)
  list.writeUInt32BE(0x10000, 40)
  return insert(init, list, { at: header.at(-1)!.end, within: track })
}

/** With `mehd`, unless there is one, and where its length stands in the bytes. */
function insertLength(init: Uint8Array): { readonly bytes: Uint8Array; readonly lengthAt: number | null } {
  const extends_ = findBoxes(init, 'moov', 'mvex')
  if (!extends_ || findBoxes(init, 'moov', 'mvex', 'mehd')) return { bytes: init, lengthAt: null }
  const box = Buffer.alloc(20)
  box.writeUInt32BE(box.length, 0)
  box.write('mehd', 4, 'latin1')
  box[8] = 1
  const at = extends_.at(-1)!.at + 8
  return { bytes: insert(init, box, { at, within: extends_ }), lengthAt: at + 12 }
}

/** The bytes with a box more; those that it stands in grow. */
function insert(
  bytes: Uint8Array,
  box: Uint8Array,
  { at, within }: { at: number; within: readonly Box[] },
): Uint8Array {
  const grown = Buffer.concat([bytes.subarray(0, at), box, bytes.subarray(at)])
  for (const outer of within) grown.writeUInt32BE(outer.end - outer.at + box.length, outer.at)
  return grown
}
