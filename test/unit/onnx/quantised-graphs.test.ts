import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { createSession } from '../../../src/onnx/create-session.ts'
import { floatBorder } from '../../../src/onnx/edit/edit-float-border.ts'
import { ownZeroPoints } from '../../../src/onnx/edit/edit-own-zero-points.ts'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import { Tensor } from '../../../src/onnx/onnx-runtime.ts'
import { ModelProtoSchema, TensorProtoSchema } from '../../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../../src/onnx/read-model.ts'
import { sessionSettings } from '../../../src/onnx/session-settings.ts'

/** Two convolutions in QDQ form, whose signed weights share one zero point, as exporters write them. */
function sharing() {
  const graph = createGraphBuilder({ name: 'sharing' })
  const input = graph.input('audio', 'uint8', ['N', 2, 4, 4])
  const scale = graph.f32([0.05])
  const zero = graph.u8(Uint8Array.of(7), [])
  const shared = graph.f32([0, 0], [2], 'shared')
  let x = graph.op('DequantizeLinear', [input, scale, zero])
  for (const seed of [1, 2]) {
    const weights = Float32Array.from({ length: 8 }, (_, n) => Math.sin(n * seed) * 5)
    const scales = graph.f32([0.05, 0.05], [2], `scale${seed}`)
    const held = graph.f32(weights, [2, 2, 1, 2], `weights${seed}`)
    const bytes = graph.op('QuantizeLinear', [held, scales, shared], { axis: 0 })
    const full = graph.op('DequantizeLinear', [bytes, scales, shared], { axis: 0 })
    const made = graph.op('Conv', [x, full], { pads: [0, 0, 0, 1] })
    x = graph.op('DequantizeLinear', [graph.op('QuantizeLinear', [made, scale, zero]), scale, zero])
  }
  graph.output('scores', graph.op('QuantizeLinear', [x, scale, zero]), 'uint8', ['N', 2, 4, 4])
  const model = readModel(graph.model(), 'sharing')
  const signed = create(TensorProtoSchema, {
    name: 'shared',
    dims: [2n],
    dataType: 3,
    rawData: new Uint8Array(2),
  })
  model.graph!.initializer = model.graph!.initializer.map((one) => (one.name === 'shared' ? signed : one))
  return model
}

describe('quantised graphs of others', () => {
  it('open with the settings of sessions that serve once each node has its own zero points', async () => {
    const serving = { extra: sessionSettings(), logSeverityLevel: 4 } as const
    const model = sharing()
    ownZeroPoints(model.graph!)
    const points = model.graph!.node.flatMap(({ input }) =>
      input[2]?.startsWith('shared') ? [input[2]] : [],
    )
    expect(points).toHaveLength(4)
    expect(new Set(points).size).toBe(4)
    const session = await createSession(toBinary(ModelProtoSchema, model), serving)
    await session.release()
  })

  it('take and give float where they took and gave bytes', async () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, n) => n * 7)
    const floats = sharing()
    floatBorder(floats.graph!)
    const run = async (model: ReturnType<typeof sharing>, tensor: Tensor) => {
      const session = await createSession(toBinary(ModelProtoSchema, model))
      const results = await session.run({ audio: tensor })
      const { data } = results[session.outputNames[0]!]!
      await session.release()
      return data
    }
    const before = (await run(sharing(), new Tensor('uint8', bytes, [1, 2, 4, 4]))) as Uint8Array
    const full = Float32Array.from(bytes, (byte) => (byte - 7) * 0.05)
    const after = (await run(floats, new Tensor('float32', full, [1, 2, 4, 4]))) as Float32Array
    expect(after).toBeInstanceOf(Float32Array)
    expect(after.length).toBe(32)
    for (const [at, byte] of before.entries()) expect(after[at]).toBeCloseTo((byte - 7) * 0.05, 4)
  })

  it('that are float stay as they are', () => {
    const graph = createGraphBuilder({ name: 'plain' })
    const input = graph.input('x', 'float32', ['N', 2])
    graph.output('y', graph.op('Relu', [input]), 'float32', ['N', 2])
    const model = readModel(graph.model(), 'plain')
    const before = toBinary(ModelProtoSchema, model)
    floatBorder(model.graph!)
    ownZeroPoints(model.graph!)
    expect(toBinary(ModelProtoSchema, model)).toEqual(before)
  })
})
