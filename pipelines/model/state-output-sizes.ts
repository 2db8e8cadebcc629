import { AppError } from '../../src/core/errors.ts'
import { makeValueInfo, shapeOf } from '../../src/onnx/edit/edit-nodes.ts'
import type { ModelProto } from '../../src/onnx/proto/onnx_pb.ts'

/**
 * Writes the sizes of a graph's outputs into it, as a run on an empty picture gives them: a converted graph computes some
 * of them, and a batch can only be made of outputs whose sizes are stated.
 *
 * @throws AppError MODEL_GRAPH when ONNX Runtime cannot run the graph with an input of this size.
 */
export async function stateOutputSizes(
  model: ModelProto,
  run: { readonly bytes: Uint8Array; readonly input: string; readonly inputSizes: readonly number[] },
): Promise<void> {
  const { Tensor } = await import('../../src/onnx/onnx-runtime.ts')
  const { createSession } = await import('../../src/onnx/create-session.ts')
  const { input, inputSizes } = run
  const count = inputSizes.reduce((product, size) => product * size, 1)
  try {
    const session = await createSession(run.bytes, { logSeverityLevel: 4 })
    const made = await session.run({ [input]: new Tensor('float32', new Float32Array(count), inputSizes) })
    await session.release()
    model.graph!.output = model.graph!.output.map((info) =>
      makeValueInfo(info.name, shapeOf(info)!.elemType, [...made[info.name]!.dims]),
    )
  } catch (cause) {
    throw new AppError(
      'MODEL_GRAPH',
      `the graph does not run with an input of [${inputSizes.join(', ')}]: ${(cause as Error).message}`,
      { cause },
    )
  }
}
