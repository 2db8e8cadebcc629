import { toBinary } from '@bufbuild/protobuf'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { appendDistributionBoxes } from '../../../src/onnx/edit/edit-distribution-boxes.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import { ModelProtoSchema } from '../../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../../src/onnx/read-model.ts'

const plan = { labels: 2, strides: [8, 16], widthPx: 32, heightPx: 16 }
const bins = 3
/** Cells of the two grids: 4 x 2 and 2 x 1. */
const cells = [8, 2] as const

type Form = 'apart' | 'joined' | 'two'

/** A graph that gives its input as the outputs of such a head, in one of the forms. */
function headOf(form: Form) {
  const graph = createGraphBuilder({ name: 'head' })
  const values = plan.labels + 4 * bins
  const x = graph.input('x', 'float32', ['N', 10, values])
  const cut = (from: number, to: number, axis: number, of = x) =>
    graph.op('Slice', [of, graph.i64([from]), graph.i64([to]), graph.i64([axis])])
  const [scores, sides] = [cut(0, plan.labels, 2), cut(plan.labels, values, 2)]
  if (form === 'joined') graph.output('out', graph.op('Identity', [x]), 'float32', ['N', 10, values])
  if (form === 'two') {
    graph.output('scores', scores, 'float32', ['N', 10, plan.labels])
    graph.output('sides', sides, 'float32', ['N', 10, 4 * bins])
  }
  // As converters leave them: in no order.
  if (form === 'apart')
    for (const [name, of, count] of [
      ['sides', sides, 4 * bins],
      ['scores', scores, plan.labels],
    ] as const) {
      graph.output(`${name}16`, cut(cells[0], 10, 1, of), 'float32', ['N', cells[1], count])
      graph.output(`${name}8`, cut(0, cells[0], 1, of), 'float32', ['N', cells[0], count])
    }
  return readModel(graph.model())
}

/** What the head means, cell by cell. */
function expected(values: Float32Array, cell: number): number[] {
  const [stride, n] = cell < cells[0] ? [8, cell] : [16, cell - cells[0]]
  const columns = plan.widthPx / stride
  const [x, y] = [((n % columns) + 0.5) * stride, (Math.floor(n / columns) + 0.5) * stride]
  const row = values.subarray(cell * (plan.labels + 4 * bins), (cell + 1) * (plan.labels + 4 * bins))
  const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => {
    const weights = [...row.subarray(plan.labels + side * bins, plan.labels + (side + 1) * bins)].map(
      Math.exp,
    )
    const sum = weights.reduce((a, b) => a + b)
    return (stride * weights.reduce((mean, weight, n) => mean + weight * n, 0)) / sum
  })
  return [x - left!, y - top!, x + right!, y + bottom!, row[0]!, row[1]!]
}

describe('appendDistributionBoxes', () => {
  it.each(['apart', 'joined', 'two'] as const)(
    'works the boxes of every cell out, outputs %s',
    async (form) => {
      const model = headOf(form)
      appendDistributionBoxes(model.graph!, plan)
      const random = createRandom(4)
      const size = plan.labels + 4 * bins
      const values = Float32Array.from({ length: 2 * 10 * size }, () => random.range(-3, 3))
      const session = await InferenceSession.create(toBinary(ModelProtoSchema, model))
      const made = await session.run({ x: new Tensor('float32', values, [2, 10, size]) })
      await session.release()
      const { data, dims } = made[session.outputNames[0]!]!
      expect(session.outputNames).toHaveLength(1)
      expect(dims).toEqual([2, 10, 6])
      for (let at = 0; at < 20; at += 1) {
        const of = values.subarray(Math.floor(at / 10) * 10 * size)
        const wanted = expected(of, at % 10)
        wanted.forEach((value, n) => {
          expect(Number(data[at * 6 + n]), `cell ${at}, value ${n}`).toBeCloseTo(value, 4)
        })
      }
    },
  )

  it.each([
    ['another number of labels', { labels: 5 }, /outputs .*scores8.* are not those of NanoDet with 5 labels/],
    ['another stride', { strides: [8, 16, 32] }, /none is \[N, 1, 2\] for stride 32/],
    ['another picture', { widthPx: 64 }, /none is \[N, 16, 2\] for stride 8/],
  ])('refuses %s, naming what is not there', (_name, change, message) => {
    const { graph } = headOf('apart')
    expect(() => appendDistributionBoxes(graph!, { ...plan, ...change })).toThrow(message)
  })
})
