import { create, toBinary } from '@bufbuild/protobuf'
import { makeInt64s, makeNode } from '../../onnx/edit/edit-nodes.ts'
import { freshNames } from '../../onnx/edit/edit-walk.ts'
import { elementTypes } from '../../onnx/element-type.ts'
import { type GraphProto, ModelProtoSchema, ValueInfoProtoSchema } from '../../onnx/proto/onnx_pb.ts'
import { dropUnusedConstants } from '../../onnx/quantize/split-gemms.ts'
import { readModel } from '../../onnx/read-model.ts'
import { findHead, tensorOf } from './find-head.ts'
import { findEarlierMaps, findMaps } from './find-maps.ts'
import { unsupportedNode } from './node-reader.ts'
import { usedNodes } from './used-nodes.ts'

/**
 * Takes the last layer off a classifier, so that the graph gives what the layer saw: features [N, D], or [N, L, D]
 * where scores were averaged over tokens afterwards. Where it saw the mean of maps over all places, the graph gives the
 * maps [N, C, …, height, width], for whoever wants to know what is above and below, and as a second output the larger
 * ones of the stage before. ONNX bytes in and out.
 *
 * @throws AppError TRAIN_UNSUPPORTED_OP when no matrix of float32 makes the scores; MODEL_GRAPH
 */
export function cutHead(bytes: Uint8Array, name: string): Uint8Array {
  const model = readModel(bytes, name)
  const outer = model.graph!
  const fresh = freshNames(outer)
  const { graph, scan, matrix } = findHead(model)
  if (tensorOf(graph, matrix.input[1]!)!.dataType !== elementTypes.float32)
    throw unsupportedNode(matrix, 'its weights are not float32', 'Take the bundle before it was quantised.')
  const [before] = matrix.input as [string]
  const maps = findMaps(graph, before)
  const seen = maps ?? before
  const earlier = maps === null || scan ? null : findEarlierMaps(graph, maps)
  if (scan) {
    // An element of the batch has an axis of one in front, which has to go.
    const [first, given] = [fresh('features.first'), fresh('features.element')]
    graph.initializer.push(makeInt64s(first, [0], []))
    graph.node.push(makeNode('Gather', [seen, first], [given], { axis: 0 }))
    setOutput(graph, given)
    scan.output = [fresh('features')]
  }
  setOutput(outer, scan ? scan.output[0]! : seen, ...(earlier === null ? [] : [earlier]))
  for (const each of new Set([graph, outer])) {
    each.node = usedNodes(each, each.output[0]!.name)
    each.valueInfo = []
    dropUnusedConstants(each)
  }
  return toBinary(ModelProtoSchema, model)
}

/** Makes values the only outputs. Of their shape nothing is stated: what the head sees, only running it tells. */
function setOutput(graph: GraphProto, ...names: readonly string[]): void {
  const { float32 } = elementTypes
  const type = { value: { case: 'tensorType' as const, value: { elemType: float32 } } }
  graph.output = names.map((name) => create(ValueInfoProtoSchema, { name, type }))
}
