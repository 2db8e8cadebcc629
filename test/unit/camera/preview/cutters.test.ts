import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJpegReader } from '../../../../src/camera/preview/jpeg-reader.ts'
import { createTransportGroups } from '../../../../src/camera/preview/transport-groups.ts'

/** The bytes in chunks that end anywhere. */
function chunks(bytes: Buffer, ends: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...ends.map((end) => end % bytes.length), bytes.length])].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

describe('pictures one after the other', () => {
  const pictures = [3, 40, 1].map((size, at) =>
    Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(size, at + 1), Buffer.from([0xff, 0xd9])]),
  )

  it('are cut wherever their bytes are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200)), (ends) => {
        const found: string[] = []
        const reader = createJpegReader((jpeg) => found.push(jpeg.toString('hex')))
        for (const chunk of chunks(Buffer.concat(pictures), ends)) reader.push(chunk)
        expect(found).toEqual(pictures.map((jpeg) => jpeg.toString('hex')))
      }),
    )
  })
})

describe('a transport stream', () => {
  const packet = (mark: number, opens: boolean) => {
    const bytes = Buffer.alloc(188, mark)
    bytes[0] = 0x47
    bytes[3] = opens ? 0x30 : 0x10
    bytes[4] = 7
    bytes[5] = opens ? 0x50 : 0x10
    return bytes
  }
  const marks = [false, true, false, false, true, true, false]
  const stream = Buffer.concat(marks.map((opens, at) => packet(at, opens)))

  it('is cut into whole packets, anew where a decoder can begin', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000)), (ends) => {
        const pieces: { data: Buffer; opens: boolean }[] = []
        const groups = createTransportGroups(({ data, opens }) =>
          pieces.push({ data: Buffer.from(data), opens }),
        )
        for (const chunk of chunks(stream, ends)) groups.push(chunk)
        expect(Buffer.concat(pieces.map(({ data }) => data))).toEqual(stream)
        expect(pieces.every(({ data }) => data.length % 188 === 0)).toBe(true)
        const opening = pieces.filter(({ opens }) => opens).map(({ data }) => data[100])
        expect(opening).toEqual([1, 4, 5])
      }),
    )
  })

  it('goes on after bytes that are no packet', () => {
    const pieces: Buffer[] = []
    const groups = createTransportGroups(({ data }) => pieces.push(data))
    groups.push(Buffer.alloc(188, 1))
    groups.push(packet(3, true))
    expect(pieces).toHaveLength(1)
  })
})
