import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFragmentReader, type FragmentBody } from '../../../src/camera/fragment-reader.ts'
import { codecOf, parameterSets } from '../../../src/camera/parameter-sets.ts'

const nal = (...bytes: number[]) => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(bytes.length)
  return Buffer.concat([head, Buffer.from(bytes)])
}
const fragment = (...units: Buffer[]) => {
  const body = Buffer.concat(units)
  const head = Buffer.alloc(24)
  head.writeUInt32BE(16)
  head.write('moof', 4, 'latin1')
  head.writeUInt32BE(8 + body.length, 16)
  head.write('mdat', 20, 'latin1')
  return Buffer.concat([head, body])
}

describe('parameter sets', () => {
  it('of H.264 stand before the picture; what comes after it belongs to other pictures', () => {
    const sps = nal(0x67, 1, 2)
    const picture = nal(0x65, 9)
    const found = parameterSets(fragment(nal(9, 2), sps, nal(0x68, 7), nal(6, 1), picture), 'h264')
    expect(found).not.toBeNull()
    expect(parameterSets(fragment(sps, picture, nal(0x67, 5)), 'h264')).toBe(found)
    const other = nal(0x67, 7)
    expect(parameterSets(fragment(sps, sps, picture), 'h264')).toBe(found)
    expect(parameterSets(fragment(sps, other, picture), 'h264')).toBe(
      parameterSets(fragment(other, sps, sps, picture), 'h264'),
    )
    expect(parameterSets(fragment(nal(0x67, 1, 3), picture), 'h264')).not.toBe(found)
    expect(parameterSets(fragment(picture, sps), 'h264')).toBeNull()
  })

  it('of H.265', () => {
    const found = parameterSets(fragment(nal(0x40, 1, 1), nal(0x42, 1, 8), nal(0x26, 1, 0)), 'h265')
    expect(found).toBe('B\u0001\b')
    expect(parameterSets(fragment(nal(0x26, 1, 0)), 'h265')).toBeNull()
  })

  it('are none in bytes that make no sense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parameterSets(bytes, 'h264')
        parameterSets(fragment(Buffer.from(bytes)), 'h265')
      }),
    )
  })

  it('finds the codec of a real init segment', () => {
    const fragments: FragmentBody[] = []
    const reader = createFragmentReader((one) => fragments.push(one))
    reader.push(readFileSync(join(import.meta.dirname, 'fixtures/four-fragments.mp4')))
    expect(codecOf(fragments[0]!.data)).toBe('h264')
    expect(codecOf(Buffer.from('nothing'))).toBeNull()
  })
})
