import { makeNode } from '../edit/edit-nodes.ts'
import type { GraphProto, NodeProto } from '../proto/onnx_pb.ts'
import { floatsOf, makeTensor, sizesOf } from '../tensor-data.ts'

/**
 * Rewrites every Gemm whose matrix is a constant for quantising: a transposed matrix is stored the other way round, alpha
 * and beta go into the constants, and with `as` MatMul the bias is added by an Add of its own. Without a bias it
 * becomes a MatMul anyway. Changes `graph`; gives how many there were. A Gemm with a transposed or scaled input that is
 * no constant stays.
 */
export function splitGemms(
  graph: GraphProto,
  fresh: (wanted: string) => string,
  as: 'MatMul' | 'Gemm' = 'MatMul',
): number {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  let count = 0
  graph.node = graph.node.flatMap((node): NodeProto[] => {
    if (node.opType !== 'Gemm' || node.domain !== '') return [node]
    const attribute = (name: string) => node.attribute.find((each) => each.name === name)
    const flag = (name: string) => (attribute(name)?.i ?? 0n) !== 0n
    const factor = (name: string) => attribute(name)?.f ?? 1
    const [x, matrixName, biasName = ''] = node.input as [string, string, string?]
    const matrix = constants.get(matrixName)
    const values = matrix && floatsOf(matrix)
    if (!matrix || !values || flag('transA')) return [node]
    const bias = biasName === '' ? null : constants.get(biasName)
    const biasValues = bias ? floatsOf(bias) : null
    if (biasName !== '' && factor('beta') !== 1 && !biasValues) return [node]

    const [first, second] = sizesOf(matrix) as [number, number]
    let weight = matrixName
    if (flag('transB') || factor('alpha') !== 1) {
      const turned = flag('transB') ? transposed(values, first, second) : values
      const dims = flag('transB') ? [second, first] : [first, second]
      weight = fresh(`${matrixName}_kn`)
      graph.initializer.push(
        makeTensor(
          weight,
          'float32',
          turned.map((v) => v * factor('alpha')),
          dims,
        ),
      )
    }
    let added = biasName
    if (biasName !== '' && factor('beta') !== 1) {
      added = fresh(`${biasName}_scaled`)
      graph.initializer.push(
        makeTensor(
          added,
          'float32',
          biasValues!.map((v) => v * factor('beta')),
          sizesOf(bias!),
        ),
      )
    }
    count += 1
    const output = node.output[0]!
    if (added === '') return [makeNode('MatMul', [x, weight], [output])]
    if (as === 'Gemm') return [makeNode('Gemm', [x, weight, added], [output])]
    const product = fresh(`${output}_product`)
    return [makeNode('MatMul', [x, weight], [product]), makeNode('Add', [product, added], [output])]
  })
  return count
}

/** [rows, columns] → [columns, rows] */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = values[row * columns + column]!
  return turned
}

/** Takes out of the graph's constants what no node, subgraph or output reads any more. */
export function dropUnusedConstants(graph: GraphProto): void {
  const used = new Set(graph.output.map(({ name }) => name))
  const visit = (inner: GraphProto) => {
    for (const { input, attribute } of inner.node) {
      for (const name of input) used.add(name)
      for (const { g, graphs } of attribute) for (const each of g ? [g, ...graphs] : graphs) visit(each)
    }
    for (const { name } of inner.output) used.add(name)
  }
  visit(graph)
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name))
}
