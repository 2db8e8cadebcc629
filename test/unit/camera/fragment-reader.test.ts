import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFragmentReader, type FragmentBody } from '../../../src/camera/fragment-reader.ts'

// Two seconds of testsrc, 32×32 at 10 fps, a keyframe each second, a fragment each half second.
const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures/four-fragments.mp4')))

function readAll(chunks: readonly Uint8Array[]): FragmentBody[] {
  const found: FragmentBody[] = []
  const reader = createFragmentReader((fragment) => found.push(fragment))
  for (const chunk of chunks) reader.push(chunk)
  return found
}

describe('fragment reader', () => {
  it('cuts the initialisation and the fragments, with times and keyframes', () => {
    const [init, ...media] = readAll([bytes])
    expect(init!.kind).toBe('init')
    expect(Buffer.from(init!.data).toString('latin1', 4, 8)).toBe('ftyp')
    expect(
      media.map(({ kind, keyframe, ptsUs, durationUs }) => [kind, keyframe, ptsUs / 1e6, durationUs / 1e6]),
    ).toEqual([
      ['media', true, 0, 0.5],
      ['media', false, 0.5, 0.5],
      ['media', true, 1, 0.5],
      ['media', false, 1.5, 0.5],
    ])
    for (const { data } of media) expect(Buffer.from(data).toString('latin1', 4, 8)).toBe('moof')
  })

  it('loses no byte of what belongs to the recording', () => {
    const joined = Buffer.concat(readAll([bytes]).map(({ data }) => data))
    expect(Buffer.from(bytes).subarray(0, joined.length).equals(joined)).toBe(true)
  })

  it('gives the same however the bytes are cut', () => {
    const whole = readAll([bytes])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const chunks: Uint8Array[] = []
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = sizes[n % sizes.length]!
          chunks.push(bytes.slice(at, at + size))
          at += size
        }
        expect(readAll(chunks)).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  it('gives whole fragments with a time or refuses, whatever comes', () => {
    const broken = fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(fc.array(broken, { minLength: 1, maxLength: 8 }), (changes) => {
        const copy = bytes.slice()
        for (const [at, value] of changes) copy[at] = value
        try {
          for (const { ptsUs, durationUs } of readAll([copy]))
            expect([ptsUs, durationUs].every(Number.isFinite)).toBe(true)
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'MEDIA_MALFORMED' })
        }
      }),
    )
  })

  it('refuses a count of pictures that would keep it busy for ever', () => {
    const copy = Buffer.from(bytes)
    const run = copy.indexOf('trun') + 4
    copy.writeUInt32BE(0, run)
    copy.writeUInt32BE(0xffffffff, run + 4)
    expect(() => readAll([copy])).toThrow(expect.objectContaining({ code: 'MEDIA_MALFORMED' }))
  })

  it('refuses what is no MP4', () => {
    expect(() => readAll([new TextEncoder().encode('no boxes are in here')])).toThrow(
      expect.objectContaining({ code: 'MEDIA_MALFORMED' }),
    )
  })
})
