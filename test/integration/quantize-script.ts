// Run by other-processor.test.ts under an emulated processor: products of the worst weights in 8 and in 7 bits, as ONNX
// Runtime computes them there, against the float model. Prints one line of JSON.
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'
import { InferenceSession, Tensor } from '../../src/onnx/onnx-runtime.ts'
import { quantizeDynamic } from '../../src/onnx/quantize/quantize-dynamic.ts'
import { sessionSettings } from '../../src/onnx/session-settings.ts'

const [rows, depth, columns] = [4, 128, 16]
let state = 1
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
const graph = createGraphBuilder({ name: 'worst' })
const x = graph.input('x', 'float32', ['N', depth])
const matrix = Float32Array.from({ length: depth * columns }, () => 1 + 0.1 * random())
graph.output('y', graph.op('MatMul', [x, graph.f32(matrix, [depth, columns])]), 'float32', ['N', columns])
const float = graph.model()
const input = Float32Array.from({ length: rows * depth }, random)

async function run(model: Uint8Array, extra: object): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, extra: extra as never })
  const { y } = await session.run({ x: new Tensor('float32', input, [rows, depth]) })
  await session.release()
  return y!.data as Float32Array
}

const exact = await run(float, {})
const error = (values: Float32Array) =>
  Math.hypot(...values.map((value, n) => value - exact[n]!)) / Math.hypot(...exact)
const [eight, seven] = [false, true].map((sevenBits) => quantizeDynamic(float, { sevenBits }).model)
const result = {
  eightBits: error(await run(eight!, {})),
  eightBitsServed: error(await run(eight!, sessionSettings())),
  sevenBits: error(await run(seven!, {})),
  sevenBitsServed: error(await run(seven!, sessionSettings())),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
