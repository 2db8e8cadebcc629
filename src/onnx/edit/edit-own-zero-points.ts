import { clone } from '@bufbuild/protobuf'
import { elementTypes } from '../element-type.ts'
import { type GraphProto, TensorProtoSchema } from '../proto/onnx_pb.ts'
import { freshNames } from './edit-walk.ts'

const quantising: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear'])
/** Which input of these nodes is the zero point. */
const at = 2

/**
 * Gives every quantising node its own zero points of signed bytes. Exporters let many weights share one; ONNX Runtime
 * turns signed weights into unsigned ones where exactness asks for it (`session.x64quantprecision`), replaces each zero
 * point once for each node that reads it, and fails at the second.
 */
export function ownZeroPoints(graph: GraphProto): void {
  const signed = new Map(
    graph.initializer
      .filter(({ dataType }) => dataType === elementTypes.int8)
      .map((tensor) => [tensor.name, tensor]),
  )
  if (signed.size === 0) return
  const fresh = freshNames(graph)
  const taken = new Set<string>()
  for (const node of graph.node) {
    const name = node.input[at]
    const tensor = quantising.has(node.opType) && name !== undefined ? signed.get(name) : undefined
    if (!tensor) continue
    if (taken.has(tensor.name)) {
      const copy = { ...clone(TensorProtoSchema, tensor), name: fresh(tensor.name) }
      graph.initializer.push(copy)
      node.input[at] = copy.name
    }
    taken.add(tensor.name)
  }
}
