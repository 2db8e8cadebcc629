import { walkGraphs } from '../../onnx/edit/edit-walk.ts'
import type { ModelProto } from '../../onnx/proto/onnx_pb.ts'
import { makeTensor } from '../../onnx/tensor-data.ts'
import type { ParameterLayout } from '../autodiff/parameters.ts'

/**
 * Puts trained weights where the graph has its own, under the same names, also inside the body of a Scan. A parameter
 * that was an Identity of a shared tensor becomes a tensor of its own. The model is changed.
 */
export function writeWeights(model: ModelProto, layout: ParameterLayout, weights: Float32Array): void {
  const entries = new Map(layout.entries.map((entry) => [entry.name, entry]))
  for (const graph of walkGraphs(model.graph!)) {
    const tensorOf = (name: string) => {
      const { shape, start, count } = entries.get(name)!
      return makeTensor(name, 'float32', weights.slice(start, start + count), shape)
    }
    graph.initializer = graph.initializer.map((tensor) =>
      entries.has(tensor.name) ? tensorOf(tensor.name) : tensor,
    )
    const aliases = graph.node.filter(({ output }) => entries.has(output[0] ?? ''))
    graph.initializer.push(...aliases.map(({ output }) => tensorOf(output[0]!)))
    graph.node = graph.node.filter((node) => !aliases.includes(node))
  }
}
