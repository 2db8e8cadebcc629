const packetBytes = 188
const syncByte = 0x47
/** In the adaptation field of a packet: a decoder can begin here (ISO/IEC 13818-1, 2.4.3.5). */
const randomAccess = 0x40

export interface TransportPiece {
  readonly data: Buffer
  /** Whether a decoder can begin with it. */
  readonly opens: boolean
}

/** Cuts an MPEG transport stream into whole packets, anew before each picture with which a decoder can begin. */
export function createTransportGroups(onPiece: (piece: TransportPiece) => void): {
  push(chunk: Buffer): void
} {
  let held = Buffer.alloc(0)
  return {
    push(chunk) {
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
      let start = 0
      let opens = false
      let at = 0
      for (; at + packetBytes <= held.length; at += packetBytes) {
        if (held[at] !== syncByte) {
          // Never from ffmpeg; but what is no packet must not be taken for one for ever.
          held = Buffer.alloc(0)
          return
        }
        if (!beginsPicture(held, at)) continue
        if (at > start) onPiece({ data: held.subarray(start, at), opens })
        start = at
        opens = true
      }
      if (at > start) onPiece({ data: held.subarray(start, at), opens })
      held = Buffer.from(held.subarray(at))
    },
  }
}

function beginsPicture(bytes: Buffer, at: number): boolean {
  const hasAdaptation = (bytes[at + 3]! & 0x20) !== 0
  return hasAdaptation && bytes[at + 4]! > 0 && (bytes[at + 5]! & randomAccess) !== 0
}
