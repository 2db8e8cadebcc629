import { describe, expect, it } from 'vitest'
import { readInit } from '../../../../src/camera/preview/init-facts.ts'

const box = (type: string, ...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}
/** An init segment with one sample entry, as far as it is read. */
function initOf(entry: string, configuration: Buffer, size: [number, number] = [1920, 1080]) {
  const visual = Buffer.alloc(78)
  visual.writeUInt16BE(size[0], 24)
  visual.writeUInt16BE(size[1], 26)
  const stsd = box('stsd', Buffer.alloc(8), box(entry, visual, configuration))
  return Buffer.concat([box('ftyp', Buffer.from('iso5')), box('moov', stsd)])
}
const avcC = (...bytes: number[]) =>
  box('avcC', Buffer.from([1, ...bytes, 0xff, 0xe1, 0, 0, 0, 0, 0, 0, 0, 0]))
const hvcC = (profile: number, flags: number, constraints: number[], level: number) => {
  const record = Buffer.alloc(23)
  record[0] = 1
  record[1] = profile
  record.writeUInt32BE(flags >>> 0, 2)
  Buffer.from(constraints).copy(record, 6)
  record[12] = level
  return box('hvcC', record)
}

describe('what an init segment says', () => {
  it.each([
    ['high', avcC(0x64, 0x00, 0x1f), 'avc1.64001f'],
    ['baseline', avcC(0x42, 0xc0, 0x1e), 'avc1.42c01e'],
    ['main', avcC(0x4d, 0x40, 0x28), 'avc1.4d4028'],
  ])('names H.264 %s', (_name, configuration, codec) => {
    expect(readInit(initOf('avc1', configuration))).toMatchObject({ codec, widthPx: 1920, heightPx: 1080 })
  })

  it.each([
    // The examples of ISO/IEC 14496-15, annex E.
    ['main', hvcC(0x01, 0x60000000, [0x90], 93), 'hvc1.1.6.L93.90'],
    ['main 10', hvcC(0x02, 0x20000000, [0xb0], 120), 'hvc1.2.4.L120.b0'],
    ['high tier', hvcC(0x21, 0x60000000, [0xb0, 0x23], 153), 'hvc1.1.6.H153.b0.23'],
    ['a profile space', hvcC(0x41, 0x80000000, [], 90), 'hvc1.A1.1.L90'],
  ])('names H.265 %s, under the name that every browser takes', (_name, configuration, codec) => {
    const facts = readInit(initOf('hev1', configuration, [2560, 1440]))
    expect(facts).toMatchObject({ codec, widthPx: 2560, heightPx: 1440 })
    expect(Buffer.from(facts.data).includes('hvc1')).toBe(true)
    expect(Buffer.from(facts.data).includes('hev1')).toBe(false)
  })

  it('knows no name for what no browser plays, and never throws', () => {
    expect(readInit(initOf('mp4v', box('esds', Buffer.alloc(20)), [640, 480]))).toMatchObject({
      codec: null,
      widthPx: 640,
      heightPx: 480,
    })
    const whole = initOf('avc1', avcC(0x64, 0, 0x1f))
    for (let length = 0; length < whole.length; length += 1)
      expect(() => readInit(whole.subarray(0, length))).not.toThrow()
  })

  it('leaves the bytes that it was given alone', () => {
    const init = initOf('hev1', hvcC(1, 0x60000000, [0x90], 93))
    const before = Buffer.from(init)
    readInit(init)
    expect(init).toEqual(before)
  })
})
