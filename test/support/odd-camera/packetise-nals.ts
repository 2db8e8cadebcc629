import { payloadBytes, pieces } from './payload-pieces.ts'

/** RFC 6184: small NAL units side by side together (STAP-A), large ones in pieces (FU-A). */
export function packetiseH264(nals: readonly Buffer[]): Buffer[] {
  return together(nals).flatMap((group) => {
    const [nal] = group
    if (group.length > 1) {
      const importance = Math.max(...group.map((unit) => unit[0]! & 0x60))
      return [Buffer.concat([Buffer.of(importance | 24), ...group.flatMap(withLength)])]
    }
    if (nal!.length <= payloadBytes) return [nal!]
    const parts = pieces(nal!.subarray(1))
    return parts.map((part, index) => {
      const position = (index === 0 ? 0x80 : 0) | (index === parts.length - 1 ? 0x40 : 0)
      return Buffer.concat([Buffer.of((nal![0]! & 0x60) | 28, position | (nal![0]! & 31)), part])
    })
  })
}

/** RFC 7798: the same with headers of two bytes; aggregation is type 48, fragmentation type 49. */
export function packetiseH265(nals: readonly Buffer[]): Buffer[] {
  return together(nals).flatMap((group) => {
    const [nal] = group
    if (group.length > 1) return [Buffer.concat([Buffer.of(48 << 1, 1), ...group.flatMap(withLength)])]
    if (nal!.length <= payloadBytes) return [nal!]
    const type = (nal![0]! >> 1) & 63
    const parts = pieces(nal!.subarray(2))
    return parts.map((part, index) => {
      const position = (index === 0 ? 0x80 : 0) | (index === parts.length - 1 ? 0x40 : 0)
      return Buffer.concat([Buffer.of((nal![0]! & 0x81) | (49 << 1), nal![1]!, position | type), part])
    })
  })
}

/** Neighbours that fit into one packet together. */
function together(nals: readonly Buffer[]): Buffer[][] {
  const groups: Buffer[][] = []
  let room = 0
  for (const nal of nals) {
    if (groups.length > 0 && nal.length + 2 <= room) groups.at(-1)!.push(nal)
    else {
      groups.push([nal])
      room = payloadBytes - 4
    }
    room -= nal.length + 2
  }
  return groups
}

function withLength(nal: Buffer): Buffer[] {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(nal.length)
  return [length, nal]
}
