import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { createTape } from '../../../../src/train/autodiff/tape.ts'
import {
  type Pool,
  type PoolingOptions,
  planLevels,
  planPooling,
} from '../../../../src/train/models/pool-features.ts'

const options = (changes: Partial<PoolingOptions> = {}): PoolingOptions => ({
  name: 'encoder',
  pool: 'fitting',
  byFrame: false,
  frames: 1,
  averaged: true,
  ...changes,
})
const product = (dims: readonly number[]) => dims.reduce((all, each) => all * each, 1)
const randomly = (count: number) => {
  const random = createRandom(7)
  return Float32Array.from({ length: count }, () => random.normal())
}

describe('pooling of features', () => {
  it.each<[Pool, number[], boolean, boolean, number]>([
    ['flatten', [1, 6], false, true, 6],
    ['fitting', [1, 6], false, true, 6],
    ['fitting', [1, 5, 4], false, true, 4],
    ['tokens', [3, 5, 4], true, false, 12],
    ['places', [1, 4, 2, 3, 3], false, true, 4],
    ['places', [3, 4, 3, 3], true, true, 4],
    ['bands', [3, 4, 3, 5], true, false, 36],
    ['fitting', [3, 4, 3, 5], true, true, 12],
    ['fitting', [1, 4, 6, 7, 5], false, true, 24],
    ['bands', [1, 4, 1, 7, 5], false, true, 12],
    ['bands', [1, 4, 3, 2, 5], false, true, 16],
    ['bands', [1, 4, 3, 1, 5], false, true, 8],
  ])('%s of %j is the same as numbers and as nodes', async (pool, dims, byFrame, averaged, features) => {
    const pooling = planPooling(dims, options({ pool, byFrame, averaged, frames: dims[0]! }))
    expect(pooling.features).toBe(features)
    const batch = 2
    const raw = randomly(batch * product(dims))
    const graph = createGraphBuilder({ name: 'pooling', opset: 13 })
    const input = graph.input('raw', 'float32', [batch * dims[0]!, ...dims.slice(1)])
    graph.output('y', pooling.emit(createTape(graph), input, batch).name, 'float32', [batch, features])
    const session = await InferenceSession.create(graph.model())
    const fed = new Tensor('float32', raw, [batch * dims[0]!, ...dims.slice(1)])
    const emitted = (await session.run({ raw: fed })).y!.data as Float32Array
    await session.release()
    const pooled = pooling.pool(raw, batch)
    expect(pooled.length).toBe(batch * features)
    for (const [n, value] of pooled.entries()) expect(emitted[n]).toBeCloseTo(value, 5)
  })

  it('tells above from below, and what changes from what stands', () => {
    // One map of two moments, 6 by 2: above 1 then 3, in the middle 5, below 0.
    const moment = (above: number) => [above, above, above, above, 5, 5, 5, 5, 0, 0, 0, 0]
    const { pool } = planPooling([1, 1, 2, 6, 2], options())
    expect([...pool(Float32Array.from([...moment(1), ...moment(3)]), 1)]).toEqual([2, 5, 0, 1, 0, 0])
  })

  it('lets parts share a row of an odd height', () => {
    const { pool } = planPooling([1, 1, 7, 1], options())
    // Rows 0 to 2, 2 to 4, 4 to 6.
    expect([...pool(Float32Array.from([0, 1, 2, 3, 4, 5, 6]), 1)].map(Math.round)).toEqual([1, 3, 5])
  })

  it('puts levels one after the other, with the same parts of the picture', async () => {
    const levels = [
      [1, 2, 3, 7, 5],
      [1, 3, 3, 14, 10],
    ]
    const plan = { name: 'encoder', pool: 'fitting', byFrame: false, frames: 3, averaged: true } as const
    const { features, pool, emit } = planLevels(levels, plan)
    expect(features).toBe(12 + 18)
    const raws = levels.map((dims) => randomly(2 * product(dims)))
    const graph = createGraphBuilder({ name: 'levels' })
    const inputs = levels.map((dims, n) => graph.input(`raw${n}`, 'float32', [2, ...dims.slice(1)]))
    graph.output('y', emit(createTape(graph), inputs, 2).name, 'float32', [2, features])
    const session = await InferenceSession.create(graph.model())
    const fed = raws.map((raw, n) => [`raw${n}`, new Tensor('float32', raw, [2, ...levels[n]!.slice(1)])])
    const emitted = (await session.run(Object.fromEntries(fed))).y!.data as Float32Array
    await session.release()
    for (const [n, value] of pool(raws, 2).entries()) expect(emitted[n]).toBeCloseTo(value, 5)
    // Of twice as many rows each part has twice as many: 0 to 5, 4 to 9, 8 to 13.
    const rows = Float32Array.from({ length: 14 }, (_, n) => n)
    const column = planLevels(
      [
        [1, 1, 7, 1],
        [1, 1, 14, 1],
      ],
      { ...plan, frames: 1 },
    )
    expect([...column.pool([new Float32Array(7), rows], 1)].slice(3)).toEqual([2.5, 6.5, 10.5])
  })

  it.each<[Pool, number[], string]>([
    ['bands', [1, 6], 'there are no places'],
    ['places', [1, 6], 'there are no places'],
    ['tokens', [1, 6, 2, 2], 'tokens are [L, D]'],
    ['fitting', [2, 6], 'the first axis should be 1'],
  ])('refuses %s of %j', (pool, dims, why) => {
    expect(() => planPooling(dims, options({ pool }))).toThrow(
      expect.objectContaining({ code: 'MODEL_GRAPH', message: expect.stringContaining(why) }),
    )
  })
})
