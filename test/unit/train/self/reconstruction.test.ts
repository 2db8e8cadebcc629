import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { initialWeights, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { drawOrders } from '../../../../src/train/models/visible-places.ts'
import { encodePng } from '../../../../src/train/self/png.ts'
import { reconstruct } from '../../../../src/train/self/reconstruction.ts'
import { decoderParameters, selfSupervision } from '../../../../src/train/self/self-supervision.ts'
import { tinyTransformer } from '../tiny-transformer.ts'

describe('PNG', () => {
  it('holds the pixels row by row', () => {
    const rgb = Uint8Array.from({ length: 2 * 3 * 3 }, (_, n) => n * 10)
    const file = encodePng({ widthPx: 2, heightPx: 3, rgb })
    expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    // Signature, then IHDR: length, type, width, height.
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([2, 3])
    const start = file.indexOf('IDAT')
    const rows = inflateSync(file.subarray(start + 4, start + 4 + file.readUInt32BE(start - 4)))
    expect([...rows.subarray(0, 7)]).toEqual([0, ...rgb.subarray(0, 6)])
    expect([...rows.subarray(14)]).toEqual([0, ...rgb.subarray(12)])
  })
})

describe('reconstructions', () => {
  it('show what is, what is seen, and what is painted', async () => {
    const { model, weights } = tinyTransformer()
    const plan = { maskRatio: 0.5, maskedWeight: 1, nextWeight: 0 }
    const specs = decoderParameters(selfSupervision(model, { ...plan, batch: 1 }), model)
    const decoder = initialWeights(layOut(specs), createRandom(1).normal)
    const random = createRandom(9)
    const clips = Uint8Array.from({ length: 8 * 16 * 24 * 3 }, () => random.int(0, 255))
    const [picture] = await reconstruct({
      model,
      weights,
      decoder,
      clips,
      count: 1,
      plan,
      seed: 3,
      threads: 1,
    })
    const { rgb, widthPx, heightPx } = picture!
    // Four tubelets side by side.
    expect([widthPx, heightPx]).toEqual([4 * 24, 3 * 16])
    const hidden = new Set([...drawOrders(1, 6, createRandom(3)).subarray(3)].map(Number))
    const pixel = (row: number, moment: number, y: number, x: number) => {
      const at = ((row * 16 + y) * widthPx + moment * 24 + x) * 3
      return [...rgb.subarray(at, at + 3)]
    }
    for (const [moment, y, x] of [
      [0, 0, 0],
      [1, 9, 3],
      [2, 15, 23],
      [3, 4, 10],
      [3, 12, 12],
    ] as const) {
      const from = ((moment * 2 * 16 + y) * 24 + x) * 3
      const truth = [...clips.subarray(from, from + 3)]
      const isHidden = hidden.has(Math.floor(y / 8) * 3 + Math.floor(x / 8))
      expect(pixel(0, moment, y, x)).toEqual(truth)
      expect(pixel(1, moment, y, x)).toEqual(isHidden ? [128, 128, 128] : truth)
      if (!isHidden) expect(pixel(2, moment, y, x)).toEqual(truth)
      else expect(pixel(2, moment, y, x)).not.toEqual(truth)
    }
    expect(hidden.size).toBe(3)
  })
})
