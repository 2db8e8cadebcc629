import { create } from '@bufbuild/protobuf'
import { cleanLine } from '../../core/text/clean-text.ts'
import { walkGraphs } from '../../onnx/edit/edit-walk.ts'
import { type ModelProto, ModelProtoSchema } from '../../onnx/proto/onnx_pb.ts'
import { describeModel, type GraphDescription, type GraphValue } from '../../onnx/read-model.ts'

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

/** x float32 [N, 3, 224, 224] */
export function valueText({ name, type, shape }: GraphValue): string {
  return `${name} ${type} [${shape.join(', ')}]`
}

const mostOperators = 20

/** The description as lines for a terminal. */
export function descriptionLines(description: GraphDescription): string[] {
  const operators = Object.entries(description.ops).map(([name, count]) => `${name} ${count}`)
  const more = operators.length - mostOperators
  const shown = operators.slice(0, mostOperators).join(', ')
  return [
    ...description.inputs.map((value) => `input       ${valueText(value)}`),
    ...description.outputs.map((value) => `output      ${valueText(value)}`),
    `opset       ${description.opset}`,
    `parameters  ${description.parameters.toLocaleString('en-GB')}`,
    `operators   ${shown}${more > 0 ? ` and ${more} more kinds` : ''}`,
    ...(description.producer ? [`producer    ${description.producer}`] : []),
  ].map(cleanLine)
}
