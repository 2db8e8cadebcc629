import { AppError } from '../../core/errors.ts'
import type { NodeProto, TensorProto } from '../../onnx/proto/onnx_pb.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { type Known, lift, type Operand, shapeOf } from './operand.ts'

/** A node with what goes into it, as rules read it. */
export interface NodeReader {
  readonly tape: Tape
  readonly node: NodeProto
  readonly opset: number
  readonly outputs: number
  /**
   * For nodes that were written for a batch of one, which stands in front: the batch that they now carry, as a known
   * number. Null for others.
   */
  readonly lifted: number | null
  /** Runs of the graph know their batch: its size as a one-element int64 tensor of the graph. */
  batchSize(): string
  has(index: number): boolean
  operand(index: number): Operand
  /** An input as a value on the tape. */
  value(index: number): Value
  /** An input that must be constant. */
  known(index: number): Known
  /** The shape of an input with a free batch. */
  shape(index: number): readonly number[]
  /** A shape with a free batch as it is in the graph that is being built. */
  actual(shape: readonly number[]): number[]
  int(name: string, fallback: number): number
  float(name: string, fallback: number): number
  text(name: string, fallback: string): string
  ints(name: string): readonly number[] | null
  tensor(name: string): TensorProto | null
  /** An axis counted from the front. */
  axis(axis: number, rank: number): number
  /** The error for a case that no rule covers. */
  unsupported(reason: string): AppError
}

/** How messages name a node. */
export function nodeName(node: NodeProto): string {
  const domain = node.domain === '' || node.domain === 'ai.onnx' ? '' : `${node.domain}.`
  return `node ${node.name || '(without a name)'} (${domain}${node.opType}, output ${node.output[0] ?? 'none'})`
}

export function unsupportedNode(
  node: NodeProto,
  reason: string,
  advice = 'Train a head on the frozen graph instead (freeze: backbone).',
): AppError {
  return new AppError(
    'TRAIN_UNSUPPORTED_OP',
    `${nodeName(node)} cannot be trained through: ${reason}. ${advice}`,
    { details: { node: node.name, operator: node.opType, output: node.output[0] ?? null } },
  )
}

export function createNodeReader(options: {
  tape: Tape
  node: NodeProto
  opset: number
  inputs: readonly (Operand | null)[]
  lifted: number | null
  /** Clips, or -1. */
  batch: number
  batchSize: () => string
}): NodeReader {
  const { tape, node, opset, inputs, lifted, batch, batchSize } = options
  const attribute = (name: string) => node.attribute.find((each) => each.name === name)
  const reader: NodeReader = {
    tape,
    node,
    opset,
    lifted,
    batchSize,
    outputs: node.output.length,
    has: (index) => (inputs[index] ?? null) !== null,
    operand(index) {
      const operand = inputs[index]
      if (!operand) throw unsupportedNode(node, `input ${index} is missing`)
      return operand
    },
    value: (index) => lift(tape, reader.operand(index)),
    known(index) {
      const operand = reader.operand(index)
      if (operand.kind === 'known') return operand
      throw unsupportedNode(node, `its input ${node.input[index]} must be constant`)
    },
    shape: (index) => shapeOf(reader.operand(index)),
    actual: (shape) => shape.map((size) => (size < 0 && batch > 0 ? -size * batch : size)),
    int: (name, fallback) => Number(attribute(name)?.i ?? fallback),
    float: (name, fallback) => attribute(name)?.f ?? fallback,
    text: (name, fallback) => {
      const found = attribute(name)
      return found ? new TextDecoder().decode(found.s) : fallback
    },
    ints: (name) => attribute(name)?.ints.map(Number) ?? null,
    tensor: (name) => attribute(name)?.t ?? null,
    axis(axis, rank) {
      if (axis < -rank || axis >= rank) throw unsupportedNode(node, `it has no axis ${axis}`)
      return axis < 0 ? axis + rank : axis
    },
    unsupported: (reason) => unsupportedNode(node, reason),
  }
  return reader
}
