import type { Tensor } from '@tensorflow/tfjs'
import { AppError } from '../../core/errors.ts'
import type { ModelProto, TensorProto } from '../../onnx/proto/onnx_pb.ts'
import { readModel } from '../../onnx/read-model.ts'
import type { Tf } from './load-tfjs.ts'
import { nodeContext } from './node-context.ts'
import { nodeRules } from './node-rules.ts'

export interface InterpretedGraph {
  readonly inputs: readonly string[]
  /** Outputs by name. Gradients flow through it. */
  run(feeds: ReadonlyMap<string, Tensor>): Map<string, Tensor>
}

/**
 * An ONNX graph that the tape wrote, run node by node in TensorFlow.js.
 *
 * @throws AppError MODEL_GRAPH naming the first operator that has no rule here.
 */
export function interpretGraph(tf: Tf, bytes: Uint8Array): InterpretedGraph {
  const model = readModel(bytes)
  const graph = model.graph!
  const unknown = graph.node.find(({ opType }) => !(opType in nodeRules))
  if (unknown)
    throw new AppError('MODEL_GRAPH', `engine tfjs: no rule for ${unknown.opType} (node ${unknown.name})`)
  const { integers, floats } = constantsOf(model)
  return {
    inputs: graph.input.map(({ name }) => name),
    run(feeds) {
      const tensors = new Map(feeds)
      for (const [name, { values, shape }] of floats) tensors.set(name, tf.tensor(values, shape, 'float32'))
      for (const node of graph.node)
        tensors.set(node.output[0]!, nodeRules[node.opType]!(nodeContext(tf, node, { tensors, integers })))
      return new Map(graph.output.map(({ name }) => [name, tensors.get(name)!]))
    },
  }
}

function constantsOf(model: ModelProto) {
  const integers = new Map<string, readonly number[]>()
  const floats = new Map<string, { values: Float32Array; shape: number[] }>()
  for (const each of model.graph!.initializer) {
    if (each.dataType === 7) integers.set(each.name, wholeNumbers(each))
    else if (each.dataType === 1)
      floats.set(each.name, {
        values: new Float32Array(each.rawData.slice().buffer),
        shape: each.dims.map(Number),
      })
    else throw new AppError('MODEL_GRAPH', `engine tfjs: constant ${each.name} is neither float32 nor int64`)
  }
  return { integers, floats }
}

function wholeNumbers({ rawData }: TensorProto): number[] {
  return Array.from(new BigInt64Array(rawData.slice().buffer), Number)
}
