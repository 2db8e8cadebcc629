import { create } from '@bufbuild/protobuf'
import { walkGraphs } from '../../src/onnx/edit/edit-walk.ts'
import { type ModelProto, ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.ts'
import { describeModel, type GraphDescription } from '../../src/onnx/read-model.ts'

/** What an ONNX file holds. Nodes and weights of inner graphs count; operators come most frequent first. */
export function describeWholeModel(model: ModelProto): GraphDescription {
  const [, ...inner] = walkGraphs(model.graph!)
  const all = [
    describeModel(model),
    ...inner.map((graph) => describeModel(create(ModelProtoSchema, { graph }))),
  ]
  const counts = new Map<string, number>()
  for (const { ops } of all)
    for (const [name, count] of Object.entries(ops)) counts.set(name, (counts.get(name) ?? 0) + count)
  return {
    ...all[0]!,
    ops: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))),
    parameters: all.reduce((sum, { parameters }) => sum + parameters, 0),
  }
}
