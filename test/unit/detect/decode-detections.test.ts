import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeProblem, decodeSchema } from '../../../src/bundle/decode-schema.ts'
import { pictureArea } from '../../../src/core/frame.ts'
import { createDetectionDecoder } from '../../../src/detect/decode-detections.ts'

const input = { name: 'in', widthPx: 64, heightPx: 64 }
const labels = [
  { name: 'person', threshold: 0.5, background: false },
  { name: 'car', threshold: 0.5, background: false },
  { name: 'chair', threshold: 0.5, background: true },
]
const whole = pictureArea({ ...input, pictureAspect: 1 })
const decoderOf = (decode: object, activation: 'none' | 'sigmoid' = 'none') =>
  createDetectionDecoder({
    name: 'd',
    input,
    output: { name: 'out', activation },
    labels,
    decode: decodeSchema.parse(decode),
  })
const near = (value: number) => expect.closeTo(value, 3)

describe('decoding of detections', () => {
  it('reads back a box that was written in the grid of a yolox head, wherever it is', () => {
    const decode = decoderOf({ head: 'yolox', shape: [80, 8], objectness: true, strides: [8, 16] })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 79 }),
        fc.double({ min: 5, max: 30, noNaN: true }),
        (cell, size) => {
          const [stride, n] = cell < 64 ? [8, cell] : [16, cell - 64]
          const columns = 64 / stride
          const values = new Float32Array(80 * 8)
          values.set([0.5, 0.5, Math.log(size / stride), Math.log(size / stride), 0.8, 0, 0.9, 0], cell * 8)
          const [x, y] = [((n % columns) + 0.5) * stride, (Math.floor(n / columns) + 0.5) * stride]
          expect(decode(values, whole)).toEqual([
            {
              box: {
                xPx: near(x - size / 2),
                yPx: near(y - size / 2),
                widthPx: near(size),
                heightPx: near(size),
              },
              label: 'car',
              score: near(0.72),
            },
          ])
        },
      ),
    )
  })

  it('reads rows and columns, centres and corners, pixels and shares alike', () => {
    const row = [32, 24, 16, 8, 0.9, 0.1, 0]
    const expected = [
      { box: { xPx: 24, yPx: 20, widthPx: 16, heightPx: 8 }, label: 'person', score: near(0.9) },
    ]
    const rows = Float32Array.from([...row, ...new Array(14).fill(0)])
    expect(decoderOf({ head: 'yolo', shape: [3, 7] })(rows, whole)).toEqual(expected)
    const columns = Float32Array.from(row.flatMap((value) => [0, value, 0]))
    expect(decoderOf({ head: 'yolo', shape: [7, 3], axes: 'columns' })(columns, whole)).toEqual(expected)
    const corners = Float32Array.from([24 / 64, 20 / 64, 40 / 64, 28 / 64, 0.9, 0.1, 0])
    const shares = { head: 'yolo', shape: [1, 7], corners: 'corners', units: 'shares' }
    expect(decoderOf(shares)(corners, whole)).toEqual(expected)
  })

  it('applies sigmoid to scores when the output has none', () => {
    const values = Float32Array.from([32, 32, 8, 8, 2, -5, 0])
    expect(decoderOf({ head: 'yolo', shape: [1, 7] }, 'sigmoid')(values, whole)[0]).toMatchObject({
      label: 'person',
      score: near(1 / (1 + Math.exp(-2))),
    })
  })

  it('takes boxes that the graph has suppressed as they are, without those of unknown classes', () => {
    const values = Float32Array.from([0, 0, 10, 20, 0.8, 1, 1, 0, 11, 20, 0.7, 1, 0, 0, 9, 9, 0.6, 7])
    const found = decoderOf({ head: 'boxes', shape: [3, 6], corners: 'corners', nmsIou: null })(values, whole)
    expect(found.map(({ score }) => score)).toEqual([near(0.8), near(0.7)])
  })

  it('reads FastestDet: tanh and sigmoid relative to its cells', () => {
    const values = new Float32Array(8 * 16)
    const cell = 6
    for (const [channel, value] of [0.9, 0, 0, 0, Math.log(1 / 3), 0.1, 0.8, 0].entries())
      values[channel * 16 + cell] = value
    expect(decoderOf({ head: 'fastestdet', shape: [8, 4, 4] })(values, whole)).toEqual([
      {
        box: { xPx: near(16), yPx: near(8), widthPx: near(32), heightPx: near(16) },
        label: 'car',
        score: near(0.9 ** 0.6 * 0.8 ** 0.4),
      },
    ])
  })

  it('leaves out background, numbers that are none, and boxes without area or beside the picture', () => {
    const rows = [
      [32, 32, 8, 8, 0, 0, 0.9],
      [Number.NaN, 32, 8, 8, 0.9, 0, 0],
      [32, 32, 8, 8, Number.NaN, Number.NaN, Number.NaN],
      [32, 32, 0, 8, 0.9, 0, 0],
      [32, 200, 8, 8, 0.9, 0, 0],
      [32, 32, Number.POSITIVE_INFINITY, 8, 0.9, 0, 0],
    ]
    expect(decoderOf({ head: 'yolo', shape: [6, 7] })(Float32Array.from(rows.flat()), whole)).toEqual([])
  })

  it('undoes letterbox and stretch', () => {
    const values = Float32Array.from([32, 18, 16, 8, 0.9, 0, 0])
    const decode = decoderOf({ head: 'yolo', shape: [1, 7] })
    const frame = { ...input, pictureAspect: 2 }
    expect(decode(values, pictureArea(frame, 'letterbox'))[0]!.box).toMatchObject({
      xPx: 24,
      yPx: 14,
      widthPx: 16,
    })
    expect(decode(values, pictureArea(frame, 'letterbox-centre'))[0]!.box).toMatchObject({ xPx: 24, yPx: -2 })
    expect(decode(values, pictureArea(frame, 'stretch'))[0]!.box).toMatchObject({
      xPx: 48,
      widthPx: 32,
      heightPx: 8,
    })
  })

  it.each([
    [{ head: 'yolox', shape: [80, 8], objectness: true, strides: [8, 16] }, null],
    [{ head: 'yolox', shape: [81, 8], objectness: true, strides: [8, 16] }, 'has 81 candidates'],
    [{ head: 'yolo', shape: [10, 8] }, 'has 8 values'],
    [{ head: 'yolo', shape: [8, 10], axes: 'columns', objectness: true }, null],
    [{ head: 'boxes', shape: [10, 7] }, 'gives 6'],
    [{ head: 'fastestdet', shape: [8, 4, 4] }, null],
    [{ head: 'fastestdet', shape: [8, 16] }, '[8, rows, columns]'],
  ])('knows whether a shape fits: %j', (decode, wrong) => {
    const problem = decodeProblem(decodeSchema.parse(decode), { labels: 3, widthPx: 64, heightPx: 64 })
    if (wrong === null) expect(problem).toBeNull()
    else expect(problem).toContain(wrong)
  })
})
