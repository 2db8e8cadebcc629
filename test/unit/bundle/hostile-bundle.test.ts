import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { writeBundle } from '../../../src/bundle/write-bundle.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
} from '../../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../../src/onnx/read-model.ts'
import { scanModel } from '../../../src/onnx/scan-model.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { sampleBundle } from './sample-bundle.ts'

function graphBytes(change: (model: ModelProto) => void = () => {}): Uint8Array {
  const graph = createGraphBuilder({ name: 'sample' })
  const x = graph.input('clips', 'float32', ['N', 8])
  const weights = graph.f32(new Float32Array(16).fill(1), [8, 2], 'weights')
  graph.output('scores', graph.op('MatMul', [x, weights]), 'float32', ['N', 2])
  const model = readModel(graph.model())
  change(model)
  return toBinary(ModelProtoSchema, model)
}

/** The weights' bytes lie in another file, as large exports have them. */
function outside(location: string | null) {
  return ({ graph }: ModelProto) => {
    const tensor = graph!.initializer[0]!
    tensor.rawData = new Uint8Array()
    tensor.dataLocation = 1
    if (location === null) return
    tensor.externalData = [create(StringStringEntryProtoSchema, { key: 'location', value: location })]
  }
}

const write = (bytes: Uint8Array, more: Record<string, Uint8Array> = {}) =>
  writeBundle(join(tempDir('hostile'), 'model'), sampleBundle(), { 'model.onnx': bytes, ...more })

describe('what a graph refers to', () => {
  it.each([
    ['weights.bin', 'which is not among the files'],
    ['../../../etc/passwd', 'which is not among the files'],
    ['/etc/passwd', 'which is not among the files'],
    ['*/_ORT_MEM_ADDR_/*', 'which is not among the files'],
    [null, 'keeps weights in "", which is not among the files'],
  ])('weights in %s are refused', async (location, text) => {
    await expect(write(graphBytes(outside(location)))).rejects.toMatchObject({
      code: 'MODEL_BUNDLE_INVALID',
      message: expect.stringContaining(text),
    })
  })

  it('weights in a file with a checksum are taken', async () => {
    await write(graphBytes(outside('weights.bin')), { 'weights.bin': new Uint8Array(64) })
  })

  it('weights outside are found wherever they are', () => {
    const tensor = create(TensorProtoSchema, {
      name: 'hidden',
      externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'deep.bin' })],
    })
    const inner = create(GraphProtoSchema, { name: 'inner', initializer: [tensor] })
    const places: Readonly<Record<string, (model: ModelProto) => void>> = {
      constant: ({ graph }) =>
        graph!.node.push(
          create(NodeProtoSchema, {
            opType: 'Constant',
            attribute: [create(AttributeProtoSchema, { name: 'value', t: tensor })],
          }),
        ),
      branch: ({ graph }) =>
        graph!.node.push(
          create(NodeProtoSchema, {
            opType: 'If',
            attribute: [create(AttributeProtoSchema, { name: 'then_branch', g: inner })],
          }),
        ),
      branches: ({ graph }) =>
        graph!.node.push(
          create(NodeProtoSchema, {
            opType: 'Odd',
            attribute: [create(AttributeProtoSchema, { name: 'all', graphs: [inner], tensors: [tensor] })],
          }),
        ),
    }
    for (const [name, change] of Object.entries(places))
      expect(scanModel(graphBytes(change)).externalFiles, name).toEqual(['deep.bin'])
  })

  it('a node that loads compiled code is refused', async () => {
    const bytes = graphBytes(({ graph }) =>
      graph!.node.push(create(NodeProtoSchema, { opType: 'EPContext', domain: 'com.microsoft' })),
    )
    await expect(write(bytes)).rejects.toMatchObject({ code: 'MODEL_BUNDLE_INVALID' })
  })

  it('graphs that lie in each other without end are refused', () => {
    let inner = create(GraphProtoSchema, { name: 'last' })
    for (let depth = 0; depth < 60; depth += 1)
      inner = create(GraphProtoSchema, {
        node: [create(NodeProtoSchema, { attribute: [create(AttributeProtoSchema, { g: inner })] })],
      })
    const bytes = graphBytes((model) => {
      model.graph = inner
    })
    expect(() => scanModel(bytes)).toThrow(/more than 32 deep/)
  })

  it('all models that ship are read', () => {
    const file = join(import.meta.dirname, '../../../models/actions/model.onnx')
    if (existsSync(file)) expect(scanModel(readFileSync(file)).externalFiles).toEqual([])
  })
})
