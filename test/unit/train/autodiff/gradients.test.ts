import { describe, it } from 'vitest'
import * as losses from '../../../../src/train/autodiff/losses.ts'
import * as arithmetic from '../../../../src/train/autodiff/ops-arithmetic.ts'
import * as conv from '../../../../src/train/autodiff/ops-convolution.ts'
import * as matrix from '../../../../src/train/autodiff/ops-matrix.ts'
import * as shape from '../../../../src/train/autodiff/ops-shape.ts'
import { shift } from '../../../../src/train/autodiff/ops-time.ts'
import type { Tape, Value } from '../../../../src/train/autodiff/tape.ts'
import { causalMask } from '../../../../src/train/models/transformer-layers.ts'
import { checkGradients, meanAll } from './check-gradients.ts'

describe('gradients against central differences', () => {
  it.each<[string, number[][], (tape: Tape, inputs: Value[]) => Value]>([
    [
      'add, broadcast',
      [
        [2, 3, 4],
        [3, 1],
      ],
      (t, [a, b]) => arithmetic.add(t, a!, b!),
    ],
    ['subtract, broadcast', [[4], [2, 3, 4]], (t, [a, b]) => arithmetic.subtract(t, a!, b!)],
    [
      'multiply, broadcast',
      [
        [2, 1, 4],
        [3, 1],
      ],
      (t, [a, b]) => arithmetic.multiply(t, a!, b!),
    ],
    ['multiply by itself', [[5]], (t, [a]) => arithmetic.multiply(t, a!, a!)],
    ['scale', [[3, 2]], (t, [a]) => arithmetic.scale(t, a!, -2.5)],
    ['gelu', [[4, 5]], (t, [a]) => arithmetic.gelu(t, a!)],
    ['reshape', [[4, 6]], (t, [a]) => shape.reshape(t, a!, [2, 3, 4])],
    ['transpose', [[2, 3, 4]], (t, [a]) => shape.transpose(t, a!, [2, 0, 1])],
    ['slice', [[3, 6]], (t, [a]) => shape.slice(t, a!, 1, [2, 5])],
    ['shift to the end', [[2, 5, 3]], (t, [a]) => shift(t, a!, 1, 2)],
    ['shift to the start', [[2, 5, 3]], (t, [a]) => shift(t, a!, 1, -1)],
    [
      'concat',
      [
        [2, 3],
        [2, 2],
      ],
      (t, [a, b]) => shape.concat(t, [a!, b!, a!], 1),
    ],
    [
      'matmul',
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
      (t, [a, b]) => matrix.matmul(t, a!, b!),
    ],
    ['linear', [[2, 3, 4], [4, 5], [5]], (t, [x, w, b]) => matrix.linear(t, x!, w!, b!)],
    ['softmax', [[3, 5]], (t, [a]) => matrix.softmax(t, a!)],
    ['layerNorm', [[3, 6], [6], [6]], (t, [x, g, b]) => matrix.layerNorm(t, x!, g!, b!)],
    [
      'attend',
      [
        [2, 2, 3, 4],
        [2, 2, 3, 4],
        [2, 2, 3, 4],
      ],
      (t, [query, key, value]) => matrix.attend(t, { query: query!, key: key!, value: value! }),
    ],
    [
      'attend, with a mask',
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
      (t, [query, key, value]) =>
        matrix.attend(t, { query: query!, key: key!, value: value! }, causalMask(t, 3)),
    ],
    ['logSumExp', [[3, 5]], (t, [a]) => conv.logSumExp(t, a!)],
    ['maximum', [[3, 5]], (t, [a]) => conv.maximum(t, a!)],
    ['meanLast', [[3, 5]], (t, [a]) => conv.meanLast(t, a!)],
    ['meanAll', [[3, 5]], (t, [a]) => meanAll(t, a!)],
    [
      'convolution, stride 1',
      [[2, 3, 5, 6], [4, 3, 3, 3], [4]],
      (t, [x, w, b]) => conv.convolution(t, x!, { weight: w!, bias: b! }, { stride: 1, pad: 1 }),
    ],
    [
      'convolution, stride 2, even and odd sizes',
      [[2, 2, 8, 7], [3, 2, 5, 5], [3]],
      (t, [x, w, b]) => conv.convolution(t, x!, { weight: w!, bias: b! }, { stride: 2, pad: 2 }),
    ],
    [
      'convolution, 1×1 without padding',
      [[2, 3, 4, 4], [2, 3, 1, 1], [2]],
      (t, [x, w, b]) => conv.convolution(t, x!, { weight: w!, bias: b! }, { stride: 1, pad: 0 }),
    ],
  ])('%s', (_name, shapes, build) => checkGradients(shapes, build))

  it('relu, away from its corner', async () => {
    await checkGradients([[4, 6]], (t, [a]) => arithmetic.relu(t, a!), 1e-3)
  })

  it.each<[string, (tape: Tape, logits: Value, target: string, weight: string) => Value]>([
    ['sigmoidCrossEntropy', losses.sigmoidCrossEntropy],
    ['softmaxCrossEntropy', (t, x, target) => losses.softmaxCrossEntropy(t, x, target)],
    ['meanSquaredError', (t, x, target) => losses.meanSquaredError(t, x, target)],
    ['meanAbsoluteError', (t, x, target) => losses.meanAbsoluteError(t, x, target)],
  ])('loss %s', async (_name, loss) => {
    await checkGradients(
      [[4, 3]],
      (tape, [logits]) => {
        const { graph } = tape
        const target = graph.f32([1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0.5, 0], [4, 3])
        const weight = graph.f32([1, 1, 0, 1, 2, 1, 1, 1, 1, 1, 0.5, 1], [4, 3])
        return loss(tape, logits!, target, weight)
      },
      3e-3,
    )
  })
})
