import { codecOf } from '../parameter-sets.ts'

/** What a player has to know of a stream before its first picture. */
export interface InitFacts {
  /** As MediaSource is asked for it, such as `avc1.64001f`; null for what no browser plays out of MP4. */
  readonly codec: string | null
  /** Of the picture as it is coded; 0 where that is not known. */
  readonly widthPx: number
  readonly heightPx: number
  /** The init segment as players want it. */
  readonly data: Uint8Array
}

/** From the type of a configuration box to its first byte. */
const typeBytes = 4
/** From the type of a sample entry to the width in it (ISO/IEC 14496-12, VisualSampleEntry). */
const widthAt = 4 + 24
const sampleEntries = ['avc1', 'avc3', 'hvc1', 'hev1', 'mp4v', 'av01', 'vp09', 'vp08']

/** Reads an init segment that ffmpeg wrote. Never throws: one that makes no sense has no codec. */
export function readInit(init: Uint8Array): InitFacts {
  const bytes = Buffer.from(init)
  const description = bytes.indexOf('stsd')
  const entry = description < 0 ? -1 : firstOf(bytes, sampleEntries, description)
  const sized = entry >= 0 && entry + widthAt + 4 <= bytes.length
  const widthPx = sized ? bytes.readUInt16BE(entry + widthAt) : 0
  const heightPx = sized ? bytes.readUInt16BE(entry + widthAt + 2) : 0
  const kind = codecOf(bytes)
  // Safari plays H.265 only under this name; the parameter sets are in the init segment, so that it is true.
  if (kind === 'h265' && entry >= 0) bytes.write('hvc1', entry, 'latin1')
  return { codec: codecText(bytes, kind), widthPx, heightPx, data: bytes }
}

function firstOf(bytes: Buffer, types: readonly string[], from: number): number {
  const found = types.map((type) => bytes.indexOf(type, from, 'latin1')).filter((at) => at >= 0)
  return found.length > 0 ? Math.min(...found) : -1
}

function codecText(bytes: Buffer, kind: ReturnType<typeof codecOf>): string | null {
  if (kind === null) return null
  const at = bytes.indexOf(kind === 'h264' ? 'avcC' : 'hvcC') + typeBytes
  // An H.265 record is the longer one: all that is read lies in its first 13 bytes.
  if (at + 13 > bytes.length) return null
  return kind === 'h264' ? `avc1.${bytes.toString('hex', at + 1, at + 4)}` : hevcText(bytes.subarray(at))
}

/** The name of an H.265 stream (ISO/IEC 14496-15, annex E) from its decoder configuration record. */
function hevcText(record: Buffer): string {
  const profile = record[1]!
  const space = ['', 'A', 'B', 'C'][profile >> 6]!
  const tier = profile & 0x20 ? 'H' : 'L'
  // The flags are told with the lowest bit first.
  let flags = 0
  for (let bit = 0; bit < 32; bit += 1) if (record.readUInt32BE(2) & (1 << bit)) flags |= 1 << (31 - bit)
  const constraints = [...record.subarray(6, 12)]
  while (constraints.at(-1) === 0) constraints.pop()
  return [
    `hvc1.${space}${profile & 0x1f}`,
    (flags >>> 0).toString(16),
    `${tier}${record[12]}`,
    ...constraints.map((byte) => byte.toString(16)),
  ].join('.')
}
