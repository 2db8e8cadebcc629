import { describe, expect, it } from 'vitest'
import { judgeOutputs } from '../../../../pipelines/model/judge-outputs.ts'

const input = { name: 'clips', widthPx: 64, heightPx: 48 }
const labelled = (names: readonly string[]) =>
  names.map((name) => ({ name, threshold: 0.5, background: false }))
const rows = (...list: number[][]) => list.map((row) => Float32Array.from(row))

const scores = (activation: 'softmax' | 'sigmoid' | 'none', ...list: number[][]) =>
  judgeOutputs(
    {
      kind: 'clip',
      input,
      output: { name: 'scores', activation },
      labels: labelled(list[0]!.map((_, n) => `l${n}`)),
    },
    rows(...list),
  )

describe('scores of an import', () => {
  it('are fine as logits, as probabilities without activation, and as one number', () => {
    expect(scores('softmax', [3, -2, 0.5], [-1, 4, 2])).toEqual([])
    expect(scores('sigmoid', [3, -2], [-1, 4])).toEqual([])
    expect(scores('none', [0.9, 0.1], [0.2, 0.8])).toEqual([])
    expect(scores('sigmoid', [2.5], [-1])).toEqual([])
  })

  it.each(['softmax', 'sigmoid'] as const)(
    'are refused as logits of %s where they are probabilities',
    (activation) => {
      expect(() => scores(activation, [0.9, 0.1], [0.2, 0.8])).toThrow(
        /gives probabilities already .* give --activation none/,
      )
    },
  )

  it('are refused where they are the same whatever is shown', () => {
    expect(() => scores('softmax', [1, 2], [1, 2], [1, 2])).toThrow(/same numbers .* check --scale/)
    expect(() => scores('none', [0, 0], [0, 0])).toThrow(/same numbers/)
  })

  it('are told where they may be probabilities of independent labels, or far too large', () => {
    expect(scores('sigmoid', [0.9, 0.8], [0.2, 0.1])).toEqual([
      expect.stringMatching(/from 0 to 1 before sigmoid/),
    ])
    expect(scores('softmax', [5000, 0], [0, 4000])).toEqual([
      expect.stringMatching(/up to 5\.00e\+3.*--scale/),
    ])
  })
})

const decode = {
  head: 'yolo',
  axes: 'rows',
  objectness: false,
  corners: 'centre',
  units: 'pixels',
  strides: [] as number[],
  fit: 'stretch',
  leastScore: 0.1,
  nmsIou: 0.5,
  leastKeypointScore: 0.3,
} as const

/** Candidates of centre, size and score; one label. */
const boxes = (
  list: readonly (readonly number[])[],
  more: readonly (readonly number[])[],
  change: object = {},
) =>
  judgeOutputs(
    {
      kind: 'detector',
      input,
      output: { name: 'boxes', activation: 'none' },
      labels: labelled(['person']),
      decode: { ...decode, shape: [list.length, 5], ...change },
    },
    rows(list.flat(), more.flat()),
  )
const good = [
  [32, 24, 10, 20, 0.9],
  [10, 10, 8, 8, 0.1],
]

describe('boxes of an import', () => {
  it('are fine in the picture, whatever their score', () => {
    expect(
      boxes(good, [
        [30, 20, 12, 22, 0.01],
        [1, 1, 2, 2, 0],
      ]),
    ).toEqual([])
  })

  it.each([
    [
      'beside the picture',
      [
        [900, 24, 10, 20, 0.9],
        [32, -700, 10, 20, 0.2],
      ],
      /4 of 4 boxes do not lie in the picture/,
    ],
    [
      'without a size',
      [
        [32, 24, -10, 20, 0.9],
        [32, 24, 10, -3, 0.2],
      ],
      /boxes do not lie in the picture/,
    ],
    [
      'with scores that are no probabilities',
      [
        [32, 24, 10, 20, 7],
        [1, 1, 5, 5, -3],
      ],
      /scores up to 7\.00: .*--activation sigmoid/,
    ],
    [
      'in shares that are read as pixels',
      [
        [0.5, 0.5, 0.2, 0.4, 0.9],
        [0.1, 0.2, 0.1, 0.1, 0.3],
      ],
      /give --shares/,
    ],
  ])('are refused %s', (_name, list, message) => {
    const other = list.map((row) => row.map((value, n) => (n === 4 ? value * 0.99 : value)))
    expect(() => boxes(list, other)).toThrow(message)
  })

  it('are told where there are many in a picture of nothing', () => {
    const many = Array.from({ length: 60 }, (_, n) => [n, 24, 10, 20, 0.9])
    const fewer = many.map((row, n) => (n === 0 ? [...row.slice(0, 4), 0.8] : row))
    expect(boxes(many, fewer)).toEqual([expect.stringMatching(/^finds 60 things that are surer than 0\.5/)])
  })
})
