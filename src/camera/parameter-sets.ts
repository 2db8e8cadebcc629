/** Kinds of NAL units that describe the picture, and those that are the picture (H.264 table 7-1, H.265 table 7-1). */
const kinds = {
  h264: {
    kindOf: (head: number) => head & 0x1f,
    set: (kind: number) => kind === 7,
    picture: (kind: number) => kind >= 1 && kind <= 5,
  },
  h265: {
    kindOf: (head: number) => (head >> 1) & 0x3f,
    set: (kind: number) => kind === 33,
    picture: (kind: number) => kind < 32,
  },
} as const

export type VideoCodec = keyof typeof kinds

/** What codec an init segment is for; null for others, of which nothing is known here. */
export function codecOf(init: Uint8Array): VideoCodec | null {
  const bytes = Buffer.from(init.buffer, init.byteOffset, init.byteLength)
  if (bytes.includes('avcC')) return 'h264'
  return bytes.includes('hvcC') ? 'h265' : null
}

/**
 * The sequence parameter sets that a camera sends along with a keyframe, as text to compare: size, profile and the
 * like are in them. Null when the fragment has none. Never throws: bytes that make no sense have none.
 *
 * @param fragment moof and mdat; samples are NAL units behind their length in four bytes.
 */
export function parameterSets(fragment: Uint8Array, codec: VideoCodec): string | null {
  const bytes = Buffer.from(fragment.buffer, fragment.byteOffset, fragment.byteLength)
  const { kindOf, set, picture } = kinds[codec]
  // The first keyframe of a connection often has the same ones several times.
  const found = new Set<string>()
  let at = startOfMedia(bytes)
  while (at >= 0 && at + 5 <= bytes.length) {
    const size = bytes.readUInt32BE(at)
    const kind = kindOf(bytes[at + 4]!)
    if (size === 0 || at + 4 + size > bytes.length || picture(kind)) break
    if (set(kind)) found.add(bytes.toString('latin1', at + 4, at + 4 + size))
    at += 4 + size
  }
  return found.size > 0 ? [...found].sort().join('|') : null
}

function startOfMedia(bytes: Buffer): number {
  let at = 0
  while (at + 8 <= bytes.length) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'mdat') return at + 8
    const size = bytes.readUInt32BE(at)
    if (size < 8) return -1
    at += size
  }
  return -1
}
