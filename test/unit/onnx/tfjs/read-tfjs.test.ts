import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { createRandom } from '../../../../src/core/random.ts'
import { convertTfjs } from '../../../../src/onnx/tfjs/convert-tfjs.ts'
import { readTfjs } from '../../../../src/onnx/tfjs/read-tfjs.ts'
import type { TfjsWeight } from '../../../../src/onnx/tfjs/tfjs-schema.ts'
import { readWeights } from '../../../../src/onnx/tfjs/tfjs-weights.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { ints, s, smallModel } from './small-model.ts'

let dir = ''
beforeEach(() => {
  dir = tempDir('tfjs')
})

const graph = {
  inputShape: [1, 4, 4, 3],
  weights: [{ name: 'w', shape: [1, 1, 3, 2], values: [1, 2, 3, 4, 5, 6] }],
  nodes: [
    {
      op: 'Conv2D',
      input: ['x', 'w'],
      attr: { padding: s('SAME'), strides: ints(1, 1, 1, 1), dilations: ints(1, 1, 1, 1) },
    },
  ],
}

function write(change: (json: ReturnType<typeof smallModel>['model']) => unknown = (json) => json): string {
  const { model, data } = smallModel(graph)
  writeFileSync(join(dir, 'weights.bin'), data)
  writeFileSync(join(dir, 'model.json'), JSON.stringify(change(structuredClone(model))))
  return join(dir, 'model.json')
}

describe('readTfjs', () => {
  it('reads a model and the weight files beside it', async () => {
    const { weights } = await readTfjs(write())
    expect([...weights.get('w')!.values]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it.each([
    ['a layers model', (json: object) => ({ ...json, format: 'layers-model' }), /tensorflowjs_converter/],
    ['another file', () => ({ name: 'package' }), /no TensorFlow.js graph model: format/],
    ['a list', () => [1], /no TensorFlow.js graph model/],
    [
      'weights outside of the folder',
      (json: { weightsManifest: { paths: string[] }[] }) => {
        json.weightsManifest[0]!.paths = ['../secret.bin']
        return json
      },
      /does not lie beside it/,
    ],
    [
      'control flow',
      (json: { modelTopology: object }) => ({
        ...json,
        modelTopology: { ...json.modelTopology, library: { function: [{}] } },
      }),
      /functions of its own/,
    ],
  ])('refuses %s', async (_name, change, message) => {
    const file = write(change as never)
    await expect(readTfjs(file)).rejects.toThrow(message)
    await expect(readTfjs(file)).rejects.toMatchObject({ code: 'MODEL_GRAPH' })
  })

  it('names a weight file that is missing, and weights that end too early', async () => {
    const file = write()
    writeFileSync(join(dir, 'weights.bin'), new Uint8Array(20))
    await expect(readTfjs(file)).rejects.toThrow(/weight w: the weight files end before it/)
    rmSync(join(dir, 'weights.bin'))
    await expect(readTfjs(file)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })
})

describe('readWeights', () => {
  const one = (weight: Pick<TfjsWeight, 'dtype' | 'shape' | 'quantization'>, bytes: Uint8Array) =>
    readWeights(
      {
        format: 'graph-model',
        modelTopology: { node: [] },
        weightsManifest: [
          {
            paths: [],
            weights: [
              { name: 'pad', dtype: 'bool', shape: [1] },
              { name: 'w', ...weight },
            ],
          },
        ],
      },
      [Buffer.concat([new Uint8Array(1), bytes])],
    ).get('w')!

  it.each([
    ['float32', { dtype: 'float32' as const, shape: [2] }, Float32Array.of(1.5, -2), [1.5, -2]],
    ['int32', { dtype: 'int32' as const, shape: [2] }, Int32Array.of(7, -9), [7, -9]],
    [
      'uint8 with scale and least value',
      {
        dtype: 'float32' as const,
        shape: [3],
        quantization: { dtype: 'uint8' as const, scale: 0.5, min: -1 },
      },
      Uint8Array.of(0, 2, 255),
      [-1, 0, 126.5],
    ],
    [
      'uint16 of whole numbers',
      { dtype: 'int32' as const, shape: [2], quantization: { dtype: 'uint16' as const, scale: 1, min: -3 } },
      Uint16Array.of(0, 1000),
      [-3, 997],
    ],
    [
      'float16: numbers, the smallest one, infinity',
      { dtype: 'float32' as const, shape: [4], quantization: { dtype: 'float16' as const } },
      Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00),
      [1, -2, 2 ** -24, Number.POSITIVE_INFINITY],
    ],
  ])('decodes %s at an odd place', (_name, weight, values, wanted) => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    expect([...one(weight, bytes).values]).toEqual(wanted)
  })
})

describe('convertTfjs', () => {
  const filesOf = (change: (json: ReturnType<typeof smallModel>['model']) => void) => {
    const { model, data } = smallModel(graph)
    change(model)
    return { model, weights: readWeights(model, [data]) }
  }

  it('names all operators that it does not know', () => {
    const files = filesOf((json) => {
      json.modelTopology.node.push(
        { name: 'a', op: 'NonMaxSuppressionV5', input: ['x'], attr: {} },
        { name: 'b', op: 'HashTableV2', input: ['x'], attr: {} },
      )
    })
    expect(() => convertTfjs(files)).toThrow(/HashTableV2, NonMaxSuppressionV5/)
  })

  it('takes another size of picture', () => {
    const made = convertTfjs(
      filesOf(() => {}),
      { inputSizes: [1, 9, 5, 3] },
    )
    expect(made.inputSizes).toEqual([1, 9, 5, 3])
  })

  it('answers damaged graphs with a code and never with another error', () => {
    const random = createRandom(5)
    const pick = (length: number) => random.int(0, length - 1)
    for (let round = 0; round < 500; round += 1) {
      const files = filesOf((json) => {
        const nodes = json.modelTopology.node
        const node = nodes[pick(nodes.length)]!
        const change = pick(5)
        if (change === 0) node.input = node.input.slice(1)
        if (change === 1) node.input = [...node.input, 'x', 'nobody']
        if (change === 2) node.op = ['Conv2D', 'Pad', 'Reshape', 'Split', 'ConcatV2', 'Placeholder'][pick(6)]!
        if (change === 3) node.attr = {}
        if (change === 4) node.name = 'x'
      })
      try {
        convertTfjs(files)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError)
        expect((thrown as AppError).code).toBe('MODEL_GRAPH')
      }
    }
  })
})
