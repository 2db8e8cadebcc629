import { describe, expect, it } from 'vitest'
import { formatHistory, type HistoryRecord, parseHistory } from '../../../../src/train/report/history.ts'
import { writeTensorBoard } from '../../../../src/train/report/tensorboard.ts'

/** CRC-32C bit by bit, from its polynomial 0x1edc6f41 on reflected bits: nothing shared with the writer's table. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit += 1) {
      const mix = (crc ^ (BigInt(byte) >> BigInt(bit))) & 1n
      crc = (crc >> 1n) ^ (mix ? 0x82f63b78n : 0n)
    }
  return Number(crc ^ 0xffffffffn)
}
const masked = (bytes: Uint8Array) => {
  const crc = BigInt(crc32c(bytes))
  return Number((((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn)
}

type Fields = [field: number, value: number | bigint | Buffer][]

/** A protobuf message as its fields, read from the wire format. */
function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = []
  let at = 0
  const varint = () => {
    let [value, shift] = [0n, 0n]
    for (;;) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
      shift += 7n
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const type = tag & 7
    if (type === 0) fields.push([tag >> 3, varint()])
    else if (type === 1) {
      fields.push([tag >> 3, bytes.readDoubleLE(at)])
      at += 8
    } else if (type === 5) {
      fields.push([tag >> 3, bytes.readFloatLE(at)])
      at += 4
    } else {
      const length = Number(varint())
      fields.push([tag >> 3, bytes.subarray(at, at + length)])
      at += length
    }
  }
  return fields
}
const pick = (fields: Fields, field: number) => fields.find(([number]) => number === field)?.[1]

function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at))
    expect(file.readUInt32LE(at + 8)).toBe(masked(file.subarray(at, at + 8)))
    const data = file.subarray(at + 12, at + 12 + length)
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(data))
    records.push(data)
    at += length + 16
  }
  return records
}

const history: HistoryRecord[] = [
  { step: 0, loss: 2.5, learningRate: 1e-4 },
  { step: 300, loss: 1.25, validationLoss: 1.5, accuracy: 0.75, learningRate: null },
]

describe('writeTensorBoard', () => {
  it('agrees with a reader of its own: checksums, version, steps, times, tags and values', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    const file = writeTensorBoard({ records: history, wallTimeS: ({ step }) => 1000 + step! })
    const [version, ...events] = readRecords(Buffer.from(file)).map(fieldsOf)
    expect(String(pick(version!, 3))).toBe('brain.Event:2')
    const read = events.map((fields) => ({
      time: pick(fields, 1),
      step: Number(pick(fields, 2)),
      values: Object.fromEntries(
        fieldsOf(pick(fields, 5) as Buffer).map(([, value]) => {
          const each = fieldsOf(value as Buffer)
          return [String(pick(each, 1)), pick(each, 2)]
        }),
      ),
    }))
    expect(read).toEqual([
      { time: 1000, step: 0, values: { 'loss/train': 2.5, learning_rate: Math.fround(1e-4) } },
      {
        time: 1300,
        step: 300,
        values: { 'loss/train': 1.25, 'loss/validation': 1.5, 'accuracy/validation': 0.75 },
      },
    ])
  })

  it('puts pictures in with their sizes', () => {
    const png = Buffer.alloc(40)
    png.writeUInt32BE(64, 16)
    png.writeUInt32BE(48, 20)
    const images = [{ tag: 'reconstruction', step: 7, png }]
    const file = writeTensorBoard({ records: [], wallTimeS: () => 0, images })
    const event = fieldsOf(readRecords(Buffer.from(file))[1]!)
    const value = fieldsOf(fieldsOf(pick(event, 5) as Buffer)[0]![1] as Buffer)
    const image = fieldsOf(pick(value, 4) as Buffer)
    expect([pick(image, 1), pick(image, 2), pick(image, 3)]).toEqual([48n, 64n, 3n])
    expect((pick(image, 4) as Buffer).equals(png)).toBe(true)
  })
})

describe('parseHistory', () => {
  it('reads what was written, and leaves out a line that a killed run did not end', () => {
    const text = formatHistory(history)
    expect(parseHistory(text)).toEqual(history)
    expect(parseHistory(`${text}{"step": 400, "lo`)).toEqual(history)
    expect(parseHistory('{"epoch":1,"loss":2,"group":"x"}\n')[0]).toMatchObject({ epoch: 1, group: 'x' })
  })

  it('refuses other lines, with their number', () => {
    expect(() => parseHistory('{"step":1}\nnonsense\n', 'run.jsonl')).toThrow(/run.jsonl, line 2/)
    expect(() => parseHistory('{"loss":1}\n')).toThrow(/line 1: neither step nor epoch/)
  })
})
