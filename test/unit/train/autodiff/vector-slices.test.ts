import { describe, expect, it } from 'vitest'
import { layOut, type ParameterSpec } from '../../../../src/train/autodiff/parameters.ts'
import { cutSlices } from '../../../../src/train/autodiff/vector-slices.ts'
import { createStateInPlace, createStateVector } from '../../../../src/train/step/state-vector.ts'

const spec = (name: string, shape: number[], decay: boolean): ParameterSpec => ({
  name,
  shape,
  decay,
  deviation: 0,
})
const layout = layOut([
  spec('a.weight', [4, 8], true),
  spec('a.bias', [8], false),
  spec('large', [200, 100], true),
  spec('b.weight', [8, 2], true),
  spec('c.weight', [2, 2], true),
  spec('b.bias', [2], false),
])

describe('slices of a flat vector', () => {
  it('are large tensors by themselves, and small neighbours together unless only some are decayed', () => {
    const slices = cutSlices(layout)
    expect(slices.map(({ name, shape, start, decay }) => [name, shape, start, decay])).toEqual([
      ['a.weight', [4, 8], 0, true],
      ['large', [200, 100], 32, true],
      ['b.weight', [20], 20_032, true],
      ['a.bias', [10], 20_052, false],
    ])
    expect(slices.flatMap(({ entries }) => entries)).toEqual(layout.entries)
    expect(slices.reduce((sum, { count }) => sum + count, 0)).toBe(layout.total)
  })

  it('are views: what a graph writes is the next state, and the old one stays until then', () => {
    const slices = cutSlices(layout)
    const values = Float32Array.from({ length: layout.total }, (_, n) => n)
    const vector = createStateVector('m', slices, values)
    expect([...(vector.feeds['m/a.bias']!.data as Float32Array)].slice(0, 2)).toEqual([20_052, 20_053])
    ;(vector.into['m_next/a.bias']!.data as Float32Array).fill(7)
    expect(vector.now[20_052]).toBe(20_052)
    vector.swap()
    expect(vector.now[20_052]).toBe(7)
    expect((vector.feeds['m/a.bias']!.data as Float32Array)[0]).toBe(7)
  })

  it('are written over where that is asked for', () => {
    const vector = createStateInPlace('m', cutSlices(layout), new Float32Array(layout.total))
    ;(vector.into['m_next/large']!.data as Float32Array).fill(3)
    expect([vector.now[31], vector.now[32], vector.feeds['m/large']!.data[0]]).toEqual([0, 3, 3])
  })
})
