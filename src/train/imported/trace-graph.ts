import type { ModelProto } from '../../onnx/proto/onnx_pb.ts'
import type { Parameters } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { foldKnown } from './fold-known.ts'
import { createNodeReader, type NodeReader, unsupportedNode } from './node-reader.ts'
import { opRules } from './op-rules.ts'
import { lift, type Operand, readTensor, shapeOf, toMarked, traced } from './operand.ts'

/** Shapes of all values of a graph with a free batch. */
export type FreeShapes = ReadonlyMap<string, readonly number[]>

/** A graph as it is traced. */
export interface TracedGraph {
  readonly model: ModelProto
  /** The value after which nodes were written for a batch of one (inlineScan), or null. */
  readonly lifted: string | null
  /** Names of the tensors that are parameters. */
  readonly trained: ReadonlySet<string>
}

/**
 * Builds a graph anew on a tape, node by node in its own order (ONNX graphs are sorted). Shapes are computed on the
 * way, so that every size but the batch is a number.
 *
 * @param clips the graph's input on the tape, uint8 [batch, T, H, W, 3].
 * @param free what an earlier trace with a free batch gave. Needed when the batch is a number: only shapes with a
 *   free batch tell which sizes depend on it.
 * @returns the graph's first output.
 * @throws AppError TRAIN_UNSUPPORTED_OP naming the first node that cannot be trained through.
 */
export function traceGraph(
  { model, lifted, trained }: TracedGraph,
  options: { tape: Tape; clips: Value; parameters: Parameters; free: FreeShapes | null },
): { output: Value; shapes: FreeShapes } {
  const { tape, clips, parameters, free } = options
  const graph = model.graph!
  const batch = clips.shape[0]!
  const opset = Number(
    model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0,
  )
  const operands = new Map<string, Operand>()
  const put = (name: string, operand: Operand) => {
    const known = operand.kind === 'known'
    operands.set(name, known ? operand : { ...operand, free: free?.get(name) ?? operand.free })
  }
  put(graph.input[0]!.name, traced(clips, 'uint8'))
  for (const tensor of graph.initializer)
    put(tensor.name, trained.has(tensor.name) ? traced(parameters(tensor.name)) : readTensor(tensor))
  let size: string | null = null
  const batchSize = () => {
    size ??= tape.graph.op('Shape', [clips.name], { start: 0, end: 1 })
    return size
  }
  for (const node of graph.node) {
    const [output] = node.output
    if (output !== undefined && trained.has(output)) {
      put(output, traced(parameters(output)))
      continue
    }
    const inputs = node.input.map((name) => operands.get(name) ?? null)
    const missing = node.input.find((name, index) => name !== '' && inputs[index] === null)
    if (missing !== undefined) throw unsupportedNode(node, `its input ${missing} is not computed before it`)
    const unit = lifted === null ? undefined : operands.get(lifted)
    const reader = createNodeReader({
      tape,
      node,
      opset,
      inputs,
      batch,
      batchSize,
      lifted: unit ? toMarked(shapeOf(unit)[0]!) : null,
    })
    if (node.domain !== '' && node.domain !== 'ai.onnx')
      throw reader.unsupported('it is no standard operator')
    const results = foldKnown(reader, inputs) ?? applyRule(reader)
    results.forEach((result, index) => {
      const name = node.output[index]
      if (name) put(name, result)
    })
  }
  return {
    output: lift(tape, operands.get(graph.output[0]!.name)!),
    shapes: new Map([...operands].map(([name, operand]) => [name, shapeOf(operand)])),
  }
}

function applyRule(reader: NodeReader): readonly Operand[] {
  const rule = opRules[reader.node.opType]
  if (!rule) throw reader.unsupported('the operator has no backward rule')
  const result = rule(reader)
  return 'kind' in result ? [result] : result
}
