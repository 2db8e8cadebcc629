import { describe, it } from 'vitest'
import type { Tape, Value } from '../../../../src/train/autodiff/tape.ts'
import * as axes from '../../../../src/train/imported/ops-axes.ts'
import * as each from '../../../../src/train/imported/ops-elementwise.ts'
import { patchProduct, product } from '../../../../src/train/imported/ops-product.ts'
import { checkGradients } from '../autodiff/check-gradients.ts'
import { shiftedBy } from './shifted-by.ts'

type Build = (tape: Tape, inputs: Value[]) => Value

/** Inputs lie between -1 and 1; where a function is not smooth there they are moved. */
const positive = (build: (tape: Tape, x: Value) => Value): Build => {
  return (tape, [x]) => build(tape, shiftedBy(tape, x!, 2))
}

describe('gradients of the operations of imported graphs, against central differences', () => {
  it.each<[string, number[][], Build]>([
    ['divide, broadcast', [[2, 3], [3]], (t, [a, b]) => each.divide(t, a!, shiftedBy(t, b!, 2))],
    ['square', [[6]], (t, [x]) => each.power(t, x!, 2)],
    ['cube', [[6]], (t, [x]) => each.power(t, x!, 3)],
    ['power of a fraction', [[6]], positive((t, x) => each.power(t, x, 0.5))],
    ...each.unaryOperators
      .filter((operator) => operator !== 'Abs')
      .map((operator): [string, number[][], Build] => [
        operator,
        [[2, 4]],
        ['Sqrt', 'Log', 'Reciprocal'].includes(operator)
          ? positive((t, x) => each.unary(t, operator, x))
          : (t, [x]) => each.unary(t, operator, x!),
      ]),
    ['Abs', [[5]], positive((t, x) => each.unary(t, 'Abs', x))],
    [
      'choose, broadcast',
      [[2, 4], [4]],
      (t, [a, b]) => {
        const when = t.graph.op('Cast', [t.graph.u8(Uint8Array.of(1, 0), [2, 1])], { to: 9 })
        return each.choose(t, t.constant(when, [2, 1]), a!, b!)
      },
    ],
    ['clip', [[8]], (t, [x]) => each.clip(t, x!, [-0.5, 0.6])],
    ['leakyRelu', [[8]], (t, [x]) => each.leakyRelu(t, x!, 0.1)],
    [
      'mean over some axes',
      [[2, 3, 4]],
      (t, [x]) => axes.reduce(t, x!, { axes: [0, 2], keep: false, mean: true }),
    ],
    [
      'sum over some axes, kept',
      [[2, 3, 4]],
      (t, [x]) => axes.reduce(t, x!, { axes: [1], keep: true, mean: false }),
    ],
    ['expand', [[1, 3]], (t, [x]) => axes.expand(t, x!, [2, 4, 3], t.graph.i64([2, 4, 3]))],
    ['gather, one stretch', [[3, 5]], (t, [x]) => axes.gather(t, x!, 1, [1, 2, 3])],
    ['gather, any order, twice', [[2, 4, 3]], (t, [x]) => axes.gather(t, x!, 1, [3, 0, 3])],
    ['tile', [[2, 3]], (t, [x]) => axes.tile(t, x!, [2, 3])],
    ['softmax over a middle axis', [[2, 4, 3]], (t, [x]) => axes.softmaxOver(t, x!, 1)],
    ['normalise', [[3, 5]], (t, [x]) => axes.normalise(t, x!, 1e-6)],
    [
      'product with a matrix',
      [
        [2, 3, 4],
        [4, 5],
      ],
      (t, [a, b]) => product(t, a!, b!),
    ],
    [
      'product, broadcast both ways',
      [
        [2, 1, 3, 4],
        [3, 4, 2],
      ],
      (t, [a, b]) => product(t, a!, b!),
    ],
    [
      'patches of two axes',
      [[2, 3, 4, 4], [5, 3, 2, 2], [5]],
      (t, [x, weight, bias]) => patchProduct(t, x!, weight!, bias!),
    ],
    [
      'tubelets',
      [
        [1, 2, 2, 4, 2],
        [3, 2, 2, 2, 1],
      ],
      (t, [x, weight]) => patchProduct(t, x!, weight!, null),
    ],
  ])('%s', (_, shapes, build) => checkGradients(shapes, build, 5e-3))
})
