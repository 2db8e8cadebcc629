import { pieces } from './payload-pieces.ts'

/** RFC 2435: the headers of the file become eight bytes, and the quantisation tables go along in the first packet. */
export function packetiseJpeg(jpeg: Buffer): Buffer[] {
  const { scan, tables, widthPx, heightPx, type } = readJpeg(jpeg)
  let offset = 0
  return pieces(scan).map((piece, index) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(offset, 0)
    head.writeUInt8(type, 4)
    head.writeUInt8(255, 5)
    head.writeUInt8(widthPx / 8, 6)
    head.writeUInt8(heightPx / 8, 7)
    offset += piece.length
    if (index > 0) return Buffer.concat([head, piece])
    const bytes = tables.reduce((sum, table) => sum + table.length, 0)
    return Buffer.concat([head, Buffer.of(0, 0, bytes >> 8, bytes & 255), ...tables, piece])
  })
}

function readJpeg(jpeg: Buffer) {
  const tables: Buffer[] = []
  let widthPx = 0
  let heightPx = 0
  let type = 1
  for (let at = 2; at + 4 < jpeg.length; ) {
    const marker = jpeg[at + 1]!
    const length = jpeg.readUInt16BE(at + 2)
    const body = jpeg.subarray(at + 4, at + 2 + length)
    if (marker === 0xdb)
      for (let table = 0; table + 65 <= body.length; table += 65)
        tables.push(body.subarray(table + 1, table + 65))
    if (marker === 0xc0) {
      heightPx = body.readUInt16BE(1)
      widthPx = body.readUInt16BE(3)
      type = body[7] === 0x21 ? 0 : 1
    }
    // The scan ends before the two bytes that say so.
    if (marker === 0xda)
      return { scan: jpeg.subarray(at + 2 + length, jpeg.length - 2), tables, widthPx, heightPx, type }
    at += 2 + length
  }
  throw new Error('a JPEG without a scan')
}
