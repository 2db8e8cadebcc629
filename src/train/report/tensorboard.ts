import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { HistoryRecord } from './history.ts'
import { placeOf } from './history.ts'

/** Tags under which TensorBoard shows the figures. */
const tags = {
  loss: 'loss/train',
  validationLoss: 'loss/validation',
  accuracy: 'accuracy/validation',
  learningRate: 'learning_rate',
} as const

/**
 * An event file for TensorBoard: TFRecords of Event messages (tensorflow/core/util/event.proto and
 * framework/summary.proto). Its name must hold "tfevents", such as events.out.tfevents.0.vireo.
 *
 * @param wallTimeS of each record, seconds since 1970.
 */
export function writeTensorBoard(options: {
  records: readonly HistoryRecord[]
  wallTimeS: (record: HistoryRecord) => number
  images?: readonly { readonly tag: string; readonly step: number; readonly png: Uint8Array }[]
}): Uint8Array {
  const { records, wallTimeS, images = [] } = options
  const start = records[0] ? wallTimeS(records[0]) : 0
  const events = [event(start, 0).tag(3, WireType.LengthDelimited).string('brain.Event:2').finish()]
  for (const record of records) {
    const summary = new BinaryWriter()
    for (const [key, tag] of Object.entries(tags)) {
      const value = record[key as keyof typeof tags]
      if (typeof value !== 'number') continue
      summary.tag(1, WireType.LengthDelimited).fork()
      summary.tag(1, WireType.LengthDelimited).string(tag)
      summary.tag(2, WireType.Bit32).float(value).join()
    }
    events.push(
      event(wallTimeS(record), placeOf(record))
        .tag(5, WireType.LengthDelimited)
        .bytes(summary.finish())
        .finish(),
    )
  }
  for (const { tag, step, png } of images) {
    const { widthPx, heightPx } = pngSize(png)
    const summary = new BinaryWriter().tag(1, WireType.LengthDelimited).fork()
    summary.tag(1, WireType.LengthDelimited).string(tag)
    summary.tag(4, WireType.LengthDelimited).fork()
    summary.tag(1, WireType.Varint).int32(heightPx).tag(2, WireType.Varint).int32(widthPx)
    summary.tag(3, WireType.Varint).int32(3).tag(4, WireType.LengthDelimited).bytes(png).join().join()
    events.push(event(start, step).tag(5, WireType.LengthDelimited).bytes(summary.finish()).finish())
  }
  return Buffer.concat(events.map(record))
}

function event(wallTimeS: number, step: number): BinaryWriter {
  return new BinaryWriter()
    .tag(1, WireType.Bit64)
    .double(wallTimeS)
    .tag(2, WireType.Varint)
    .int64(Math.round(step))
}

/** Sizes from the header chunk, which is the first (PNG specification, 11.2.1). */
export function pngSize(png: Uint8Array): { widthPx: number; heightPx: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  return { widthPx: view.getUint32(16), heightPx: view.getUint32(20) }
}

/** A TFRecord: length, its checksum, the data, its checksum; all little-endian. */
function record(data: Uint8Array): Buffer {
  const out = Buffer.alloc(data.length + 16)
  out.writeBigUInt64LE(BigInt(data.length), 0)
  out.writeUInt32LE(maskedCrc32c(out.subarray(0, 8)), 8)
  out.set(data, 12)
  out.writeUInt32LE(maskedCrc32c(data), 12 + data.length)
  return out
}

/** CRC-32C (Castagnoli, reflected 0x82f63b78), turned and shifted so that a checksum of a checksum is no trivial one. */
function maskedCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  crc = ~crc >>> 0
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value >>> 0
})
