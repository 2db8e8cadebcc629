import { elementTypes } from '../element-type.ts'
import type { GraphProto, NodeProto } from '../proto/onnx_pb.ts'
import { makeValueInfo, shapeOf } from './edit-nodes.ts'
import { renameValue, walkGraphs } from './edit-walk.ts'

/**
 * Lets a graph whose input and output are quantised numbers take and give float: what it does first is to turn them into
 * float, and last to turn float into them. Other graphs stay as they are.
 */
export function floatBorder(graph: GraphProto): void {
  for (const { name } of [...graph.input]) floatInput(graph, name)
  for (const { name } of [...graph.output]) floatOutput(graph, name)
  const read = new Set(
    [...walkGraphs(graph)].flatMap(({ node, output }) => [
      ...node.flatMap(({ input }) => input),
      ...output.map(({ name }) => name),
    ]),
  )
  graph.initializer = graph.initializer.filter(({ name }) => read.has(name))
}

function floatInput(graph: GraphProto, name: string): void {
  const readers = graph.node.filter(({ input }) => input.includes(name))
  const dims = dimsOf(graph, name)
  if (readers.length === 0 || !dims || !readers.every((node) => isOnly(node, 'DequantizeLinear', name)))
    return
  graph.node = graph.node.filter((node) => !readers.includes(node))
  for (const { output } of readers) {
    graph.valueInfo = graph.valueInfo.filter((info) => info.name !== output[0])
    renameValue(graph, output[0]!, name)
  }
  graph.input = graph.input.map((info) =>
    info.name === name ? makeValueInfo(name, elementTypes.float32, dims) : info,
  )
}

function floatOutput(graph: GraphProto, name: string): void {
  const maker = graph.node.find(({ output }) => output.includes(name))
  const info = graph.output.find((one) => one.name === name)
  const dims = info && shapeOf(info)?.dims
  if (maker?.opType !== 'QuantizeLinear' || !dims || graph.node.some(({ input }) => input.includes(name)))
    return
  graph.node = graph.node.filter((node) => node !== maker)
  const made = makeValueInfo(maker.input[0]!, elementTypes.float32, dims)
  graph.output = graph.output.map((one) => (one.name === name ? made : one))
}

const isOnly = ({ opType, input }: NodeProto, wanted: string, name: string) =>
  opType === wanted && input[0] === name && !input.slice(1).includes(name)

function dimsOf(graph: GraphProto, name: string) {
  const info = graph.input.find((one) => one.name === name)
  return info ? shapeOf(info)?.dims : undefined
}
