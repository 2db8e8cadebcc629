import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder, type GraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { productOfRows, sumOfRows } from '../../../../src/train/autodiff/row-products.ts'

interface Sizes {
  readonly rows: number
  readonly inner: number
  readonly outer: number
}

/** What a graph makes of two random matrices [rows, inner] and [rows, outer], and the matrices. */
async function made({ rows, inner, outer }: Sizes, write: (graph: GraphBuilder) => string, shape: number[]) {
  const graph = createGraphBuilder({ name: 'rows' })
  graph.input('a', 'float32', [rows, inner])
  graph.input('b', 'float32', [rows, outer])
  graph.output('y', write(graph), 'float32', shape)
  const random = createRandom(3)
  const matrix = (columns: number) =>
    Float32Array.from({ length: rows * columns }, () => random.range(-0.5, 0.5))
  const [a, b] = [matrix(inner), matrix(outer)]
  const session = await InferenceSession.create(graph.model(), { intraOpNumThreads: 1 })
  const { y } = await session.run({
    a: new Tensor('float32', a, [rows, inner]),
    b: new Tensor('float32', b, [rows, outer]),
  })
  await session.release()
  return { a, b, y: y!.data as Float32Array }
}

describe('products of rows', () => {
  it.each<[string, Sizes]>([
    ['narrow', { rows: 32, inner: 5, outer: 7 }],
    ['wide to the right', { rows: 32, inner: 5, outer: 400 }],
    ['wide to the left', { rows: 48, inner: 390, outer: 16 }],
    ['wide to the left, in no blocks', { rows: 48, inner: 390, outer: 15 }],
    ['rows in no blocks', { rows: 33, inner: 5, outer: 400 }],
  ])('%s: each number is the sum over the rows', async (_name, sizes) => {
    const { rows, inner, outer } = sizes
    const { a, b, y } = await made(sizes, (graph) => productOfRows(graph, ['a', 'b'], sizes), [inner, outer])
    expect(y.length).toBe(inner * outer)
    let worst = 0
    for (let n = 0; n < y.length; n += 1) {
      let sum = 0
      for (let row = 0; row < rows; row += 1)
        sum += a[row * inner + Math.floor(n / outer)]! * b[row * outer + (n % outer)]!
      worst = Math.max(worst, Math.abs(sum - y[n]!))
    }
    expect(worst).toBeLessThan(1e-5)
  })

  it.each([48, 33])('sums %i rows', async (rows) => {
    const sizes = { rows, inner: 6, outer: 1 }
    const { a, y } = await made(sizes, (graph) => sumOfRows(graph, 'a', rows, 6), [6])
    const expected = Array.from({ length: 6 }, (_, column) =>
      a.reduce((sum, value, n) => sum + (n % 6 === column ? value : 0), 0),
    )
    y.forEach((value, column) => {
      expect(value).toBeCloseTo(expected[column]!, 5)
    })
  })
})
