import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { poseSchema } from '../../../src/bundle/pose-schema.ts'
import { keypointNames } from '../../../src/core/pose.ts'
import { createPoseDecoder } from '../../../src/pose/decode-pose.ts'

const labels = (names: readonly string[] = keypointNames) =>
  names.map((name, n) => ({ name, threshold: n / 100, background: false }))
const decoderOf = (
  pose: object,
  more: { labels?: ReturnType<typeof labels>; activation?: 'sigmoid' | 'none' } = {},
) =>
  createPoseDecoder({
    name: 'pose',
    pose: poseSchema.parse(pose),
    input: { name: 'clips', widthPx: 64, heightPx: 96 },
    output: { name: 'out', activation: more.activation ?? 'none' },
    labels: more.labels ?? labels(),
  })
const window = { xPx: 100, yPx: 50, widthPx: 128, heightPx: 192 }
const box = { xPx: 130, yPx: 80, widthPx: 60, heightPx: 130 }
const movenet = { head: 'movenet', shape: [1, 17, 3] }
const heatmaps = { head: 'heatmaps', shape: [17, 24, 16] }

describe('movenet', () => {
  it('gives places in the picture, wherever the crop lies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -20, max: 120 }), fc.integer({ min: -20, max: 120 })), {
          minLength: 17,
          maxLength: 17,
        }),
        (places) => {
          const values = Float32Array.from(places.flatMap(([x, y]) => [y / 100, x / 100, 0.5]))
          const found = decoderOf(movenet).decode(values, window, box)
          for (const [n, [x, y]] of places.entries()) {
            expect(found[n]!.xPx).toBeCloseTo(100 + 1.28 * x, 3)
            expect(found[n]!.yPx).toBeCloseTo(50 + 1.92 * y, 3)
          }
        },
      ),
    )
  })

  it('takes keypoints in the order of the labels, with their thresholds, and leaves others out', () => {
    const names = ['neck', ...[...keypointNames].reverse()]
    const decoder = decoderOf({ head: 'movenet', shape: [18, 3] }, { labels: labels(names) })
    const values = Float32Array.from(names.flatMap((_, n) => [0, n / 100, 0.5]))
    const found = decoder.decode(values, { ...window, xPx: 0, widthPx: 100 }, box)
    expect(found.map(({ xPx }) => Math.round(xPx))).toEqual([...found.keys()].map((n) => 17 - n))
    expect(decoder.leastScores[0]).toBeCloseTo(0.17)
  })

  it('gives what is no number the score 0', () => {
    const values = new Float32Array(51).fill(Number.NaN)
    for (const point of decoderOf(movenet).decode(values, window, box)) {
      expect(point.score).toBe(0)
      expect(Number.isFinite(point.xPx + point.yPx)).toBe(true)
    }
  })
})

describe('heatmaps', () => {
  /** A peak between cells, as networks draw it. */
  const drawn = (x: number, y: number, height = 0.9) =>
    Float32Array.from({ length: 17 * 24 * 16 }, (_, n) => {
      const [column, row] = [n % 16, Math.floor(n / 16) % 24]
      return height * Math.exp(-((column - x) ** 2 + (row - y) ** 2) / 4)
    })

  it('finds a peak to less than half a cell', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 14, noNaN: true }),
        fc.double({ min: 1, max: 22, noNaN: true }),
        (x, y) => {
          const [nose] = decoderOf(heatmaps).decode(drawn(x, y), window, box)
          expect(Math.abs((nose!.xPx - 100) / 8 - x)).toBeLessThan(0.3)
          expect(Math.abs((nose!.yPx - 50) / 8 - y)).toBeLessThan(0.3)
        },
      ),
    )
  })

  it('lays the last cell on the last pixel with grid corners', () => {
    const nose = (pose: object) => decoderOf(pose).decode(drawn(15, 23), window, box)[0]!
    expect(nose(heatmaps).xPx).toBe(100 + (15 / 16) * 128)
    expect(nose({ ...heatmaps, grid: 'corners' }).xPx).toBeCloseTo(100 + (63 / 64) * 128, 3)
  })

  it('applies sigmoid to the peak, and cuts scores over 1', () => {
    const score = (height: number, activation: 'sigmoid' | 'none') =>
      decoderOf(heatmaps, { activation }).decode(drawn(5, 5, height), window, box)[0]!.score
    expect(score(2, 'sigmoid')).toBeCloseTo(1 / (1 + Math.exp(-2)), 3)
    expect(score(2, 'none')).toBe(1)
    const nothing = new Float32Array(17 * 24 * 16).fill(Number.NaN)
    expect(decoderOf(heatmaps).decode(nothing, window, box)[3]!.score).toBe(0)
  })
})

describe('yolo', () => {
  /** Two people in the input of 64x96: the one at the edge is the surer. */
  const people = [
    [4, 20, 8, 40, 0.95],
    [30, 48, 28, 66, 0.6],
    [30, 48, Number.NaN, 66, 0.9],
  ].map((person, at) => [...person, ...keypointNames.flatMap((_, n) => [10 * at + n, 20 + n, 0.7])])

  it.each(['rows', 'columns'] as const)('takes the person of the box, by %s', (axes) => {
    const values =
      axes === 'rows' ? people.flat() : people[0]!.flatMap((_, n) => people.map((one) => one[n]!))
    const shape = axes === 'rows' ? [3, 56] : [56, 3]
    const found = decoderOf({ head: 'yolo', shape, axes }).decode(Float32Array.from(values), window, box)
    expect(found[0]).toMatchObject({ xPx: 120, yPx: 90, score: expect.closeTo(0.7, 5) })
    expect(found[16]).toMatchObject({ xPx: 152, yPx: 122 })
  })

  it('finds nothing where nobody overlaps the box', () => {
    const values = new Float32Array(3 * 56)
    const found = decoderOf({ head: 'yolo', shape: [3, 56] }).decode(values, window, box)
    expect(found.every(({ score }) => score === 0)).toBe(true)
  })
})
