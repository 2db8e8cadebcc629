import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStoredClips } from '../../../../src/train/data/stored-clips.ts'
import { memoryClips } from '../../../support/memory-clips.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const size = { widthPx: 2, heightPx: 1, sampleFps: 8 }
/** Frames of 6 bytes that hold their number. */
const frames = (first: number, count: number) =>
  Uint8Array.from({ length: count * 6 }, (_, at) => first + Math.floor(at / 6))
const numbersOf = (out: Uint8Array) => [...out].filter((_, at) => at % 6 === 0)

let dir: string
beforeAll(() => {
  dir = tempDir('stored')
  for (let n = 0; n < 40; n += 1) writeFileSync(join(dir, `${n}.rgb`), frames(n, 5))
})

const fromMemory = () =>
  memoryClips({
    ...size,
    items: [
      { id: 'a', group: 'g', label: 'x', frames: frames(10, 3) },
      { id: 'b', group: 'h', label: null, frames: frames(20, 5) },
    ],
  })
const fromFiles = () =>
  openStoredClips({
    ...size,
    items: Array.from({ length: 40 }, (_, n) => ({ id: `${n}`, group: 'g', label: null, frameCount: 4 })),
    frames: Array.from({ length: 40 }, (_, n) => ({ path: join(dir, `${n}.rgb`), offset: 6 })),
  })

describe('stored clips', () => {
  it('read from memory and repeat the last frame', () => {
    const source = fromMemory()
    expect(source.items.map(({ frameCount }) => frameCount)).toEqual([3, 5])
    const out = new Uint8Array(4 * 6)
    source.read(0, 1, 4, out)
    expect(numbersOf(out)).toEqual([11, 12, 12, 12])
    source.read(1, 1, 4, out)
    expect(numbersOf(out)).toEqual([21, 22, 23, 24])
    source.read(1, 9, 2, out)
    expect(numbersOf(out).slice(0, 2)).toEqual([24, 24])
  })

  it('read from many files at their offsets, with few of them open', () => {
    const source = fromFiles()
    const out = new Uint8Array(3 * 6)
    for (const item of [...Array(40).keys(), 0, 39, 3]) {
      source.read(item, 2, 3, out)
      expect(numbersOf(out)).toEqual([item + 3, item + 4, item + 4])
    }
    source.close()
  })

  it('are the same opened from plain data', () => {
    const source = openStoredClips(structuredClone(fromMemory().stored!))
    const out = new Uint8Array(6)
    source.read(1, 3, 1, out)
    expect(numbersOf(out)).toEqual([23])
  })

  it('name the file that became shorter', () => {
    const source = fromFiles()
    truncateSync(join(dir, '7.rgb'), 15)
    expect(() => source.read(7, 0, 4, new Uint8Array(24))).toThrow(/7\.rgb is shorter than it was/)
    source.close()
  })
})
