import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNutReader } from '../../../src/camera/nut-reader.ts'

// One second of ffmpeg's testsrc, 16×12 at 25 fps, thinned to 8: made with the filter of ffmpeg-arguments.ts.
const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures/eight-frames.nut')))
const frameBytes = 16 * 12 * 3

function readAll(chunks: readonly Uint8Array[], size = frameBytes) {
  const frames: { data: Uint8Array; ptsUs: number | null }[] = []
  const reader = createNutReader({ frameBytes: size, onFrame: (data, ptsUs) => frames.push({ data, ptsUs }) })
  for (const chunk of chunks) reader.push(chunk)
  return frames
}

describe('NUT reader', () => {
  it("gives every frame with the source's time", () => {
    const frames = readAll([bytes])
    expect(frames.map(({ ptsUs }) => ptsUs! / 1000)).toEqual([0, 160, 280, 400, 520, 640, 760, 880])
    for (const { data } of frames) {
      expect(data).toHaveLength(frameBytes)
      expect(new Set(data).size).toBeGreaterThan(5)
    }
  })

  it('gives the same frames however the bytes are cut', () => {
    const whole = readAll([bytes])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const chunks: Uint8Array[] = []
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = sizes[n % sizes.length]!
          // A copy, as from a pipe whose buffer is used again.
          chunks.push(bytes.slice(at, at + size))
          at += size
        }
        expect(readAll(chunks)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
    expect(readAll([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it('keeps frames in buffers of their own', () => {
    const [first, second] = readAll([bytes])
    expect(first!.data.buffer).not.toBe(second!.data.buffer)
    expect(first!.data.buffer.byteLength).toBe(frameBytes)
  })

  it.each([
    ['another container', new TextEncoder().encode('this is not a NUT stream at all')],
    ['a frame before the headers', new Uint8Array([...bytes.subarray(0, 25), 1, 2, 3])],
  ])('refuses %s', (_name, wrong) => {
    expect(() => readAll([wrong])).toThrow(expect.objectContaining({ code: 'MEDIA_MALFORMED' }))
  })

  it('takes frames of any length where none is fixed', () => {
    const frames: number[] = []
    const reader = createNutReader({ frameBytes: null, onFrame: ({ length }) => frames.push(length) })
    reader.push(bytes)
    expect(frames).toEqual(Array(8).fill(frameBytes))
  })

  it('refuses frames of another size', () => {
    expect(() => readAll([bytes], 100)).toThrow(/a frame of 576 bytes instead of 100/)
  })

  const readsOrRefuses = (copy: Uint8Array) => {
    try {
      for (const { data, ptsUs } of readAll([copy])) {
        expect(data).toHaveLength(frameBytes)
        expect(ptsUs).toSatisfy(Number.isFinite)
      }
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'MEDIA_MALFORMED' })
    }
  }

  it('never does anything but give whole frames with a time or refuse, whatever comes', () => {
    const broken = fc.tuple(fc.integer({ min: 25, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(fc.array(broken, { minLength: 1, maxLength: 8 }), (changes) => {
        const copy = bytes.slice()
        for (const [at, value] of changes) copy[at] = value
        readsOrRefuses(copy)
      }),
    )
  })

  it('bears any single wrong byte in its headers', () => {
    const firstFrame = 400
    for (let at = 25; at < firstFrame; at += 1)
      for (const value of [0, 1, 2, 127, 128, 200, 255]) {
        const copy = bytes.slice()
        copy[at] = value
        readsOrRefuses(copy)
      }
  })

  it.each([
    ['a time base that is not there', [[124, 1]]],
    [
      'a time base that is not there, after a number that goes on',
      [
        [124, 1],
        [36, 128],
      ],
    ],
  ])('refuses %s', (_name, changes) => {
    const copy = bytes.slice()
    for (const [at, value] of changes) copy[at!] = value!
    expect(() => readAll([copy])).toThrow(expect.objectContaining({ code: 'MEDIA_MALFORMED' }))
  })
})
