import { describe, expect, it } from 'vitest'
import { createFileTimeline } from '../../../src/record/file-timeline.ts'
import { findBoxes } from '../../../src/record/mp4-boxes.ts'

const box = (type: string, ...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}
const words = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, at) => {
    bytes.writeUInt32BE(value, at * 4)
  })
  return bytes
}
/** Movie in milliseconds. */
const init = Buffer.concat([
  box('ftyp', words(1)),
  box(
    'moov',
    box('mvhd', words(0, 0, 0, 1000, 0, 0)),
    box('trak', box('tkhd', words(7)), box('mdia', box('mdhd', words(0, 0, 0, 90_000, 0)))),
    box('mvex', box('trex', words(0, 1))),
  ),
])
/** A fragment of one sample whose picture comes `laterTicks` after its decoding. */
const fragment = (ticks: number, laterTicks = 0, long = true) =>
  Buffer.concat([
    box(
      'moof',
      box(
        'traf',
        box('tfhd', words(0, 1)),
        long
          ? box('tfdt', words(0x01000000, Math.floor(ticks / 2 ** 32), ticks % 2 ** 32))
          : box('tfdt', words(0, ticks)),
        box('trun', words(0x905, 1, 0, 0, 3000, laterTicks)),
      ),
    ),
    box('mdat', words(42)),
  ])
const timeOf = (data: Buffer) => {
  const at = findBoxes(data, 'moof', 'traf', 'tfdt')!.at(-1)!.at
  return data[at + 8] === 1 ? Number(data.readBigUInt64BE(at + 12)) : data.readUInt32BE(at + 12)
}

describe('file timeline', () => {
  it.each([
    [true, 2 ** 40],
    [false, 4_000_000_000],
  ])(
    'counts time from the first fragment (64 bits: %s), and changes nothing of what it is given',
    (long, base) => {
      const given = [fragment(base, 0, long), fragment(base + 18_000, 0, long), fragment(base - 5, 0, long)]
      const before = given.map((data) => Buffer.from(data))
      const timeline = createFileTimeline(init, given[0]!)
      const made = given.map((data) => Buffer.concat(timeline.media(data)))
      expect(made.map(timeOf)).toEqual([0, 18_000, 0])
      expect(made.map((data) => data.length)).toEqual(given.map((data) => data.length))
      expect(given).toEqual(before)
    },
  )

  it('begins with the first picture, and has a place for the length', () => {
    const timeline = createFileTimeline(init, fragment(9_000_000, 6000))
    const made = Buffer.from(timeline.init)
    const edit = findBoxes(made, 'moov', 'trak', 'edts', 'elst')!.at(-1)!
    expect([made.readUInt32BE(edit.at + 12), made.readBigInt64BE(edit.at + 24)]).toEqual([1, 6000n])
    const length = findBoxes(made, 'moov', 'mvex', 'mehd')!.at(-1)!
    const patch = timeline.length(5_000_000)!
    expect(patch.at).toBe(length.at + 12)
    expect(Buffer.from(patch.bytes).readBigUInt64BE()).toBe(5000n)
    // What came after is still found.
    expect(findBoxes(made, 'moov', 'mvex', 'trex')).not.toBeNull()
    expect(findBoxes(made, 'moov', 'trak', 'mdia', 'mdhd')).not.toBeNull()
  })

  it('needs no edit where pictures come in the order of decoding', () => {
    expect(findBoxes(createFileTimeline(init, fragment(1)).init, 'moov', 'trak', 'edts')).toBeNull()
  })

  it.each([
    ['an init segment without boxes', Buffer.from('nothing'), fragment(5)],
    ['a fragment without a time', init, box('moof', words(1))],
    ['a fragment that is cut off', init, fragment(5).subarray(0, 40)],
  ])('leaves %s as it is', (_name, head, first) => {
    const timeline = createFileTimeline(head, first)
    expect(timeline.init).toBe(head)
    expect(timeline.media(first)).toEqual([first])
    expect(timeline.length(1)).toBeNull()
  })
})
