import { AppError } from '../../core/errors.ts'
import type { GraphProto, TensorProto } from '../proto/onnx_pb.ts'
import { walkGraphs } from './edit-walk.ts'

/** A tensor's `dataLocation` when its bytes lie in another file. */
export const external = 1

/** Throws MODEL_GRAPH when a tensor's bytes lie in another file: a bundle's graph is one file. */
export function refuseExternalData(graph: GraphProto): void {
  for (const each of walkGraphs(graph))
    for (const tensor of tensorsOf(each))
      if (tensor.dataLocation === external || tensor.externalData.length > 0) {
        const location = tensor.externalData.find(({ key }) => key === 'location')?.value ?? 'another file'
        throw new AppError(
          'MODEL_GRAPH',
          `the weights "${tensor.name}" lie outside the ONNX file (${location}): save the model as one file, for example with onnx.save_model(model, path, save_as_external_data=False)`,
          { details: { tensor: tensor.name, location } },
        )
      }
}

/** Every tensor that a graph holds, but for those of graphs inside it. */
export function* tensorsOf(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer
  for (const { values, indices } of graph.sparseInitializer) {
    if (values) yield values
    if (indices) yield indices
  }
  for (const node of graph.node)
    for (const attribute of node.attribute) {
      if (attribute.t) yield attribute.t
      yield* attribute.tensors
    }
}
