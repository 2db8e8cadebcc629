import { elementTypes } from './element-type.ts'
import type { GraphProto, NodeProto } from './proto/onnx_pb.ts'

const whole = new Set(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero'])
const truth = new Set([
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Not',
  'And',
  'Or',
  'Xor',
  'IsNaN',
  'IsInf',
])

/**
 * Element types of the values of a graph, by name, as far as they follow from inputs, constants and the operators'
 * rules. Most operators give what they are given; 0 stands for what cannot be told.
 */
export function inferTypes(graph: GraphProto): Map<string, number> {
  const types = new Map<string, number>()
  for (const { name, dataType } of graph.initializer) types.set(name, dataType)
  for (const { name, type } of graph.input)
    if (type?.value.case === 'tensorType') types.set(name, type.value.value.elemType)
  for (const node of graph.node) {
    const type = outputType(node, types)
    for (const output of node.output) types.set(output, type)
  }
  return types
}

function outputType(node: NodeProto, types: ReadonlyMap<string, number>): number {
  const attribute = (name: string) => node.attribute.find((each) => each.name === name)
  const { opType } = node
  if (whole.has(opType)) return elementTypes.int64
  if (truth.has(opType)) return elementTypes.bool
  if (opType === 'Cast') return Number(attribute('to')?.i ?? 0n)
  if (opType === 'Constant' || opType === 'ConstantOfShape')
    return attribute('value')?.t?.dataType ?? elementTypes.float32
  if (node.attribute.some(({ g }) => g !== undefined)) return 0
  return types.get(node.input[opType === 'Where' ? 1 : 0] ?? '') ?? 0
}
