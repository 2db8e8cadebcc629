import type { Tensor } from '@tensorflow/tfjs'
import { AppError } from '../../core/errors.ts'
import type { NodeProto } from '../../onnx/proto/onnx_pb.ts'
import type { Tf } from './load-tfjs.ts'

/** What the rule of an operator works with. */
export interface NodeContext {
  readonly tf: Tf
  readonly node: NodeProto
  /** An input as a tensor; fails where it is absent. */
  input(index: number): Tensor
  has(index: number): boolean
  /** An input that must be a constant of whole numbers, such as a shape or axes. */
  numbers(index: number): number[]
  int(name: string, otherwise: number): number
  ints(name: string): number[] | null
  float(name: string, otherwise: number): number
}

/** The first output of a node; other outputs exist only for backward passes, which are not interpreted here. */
export type NodeRule = (context: NodeContext) => Tensor

export function nodeContext(
  tf: Tf,
  node: NodeProto,
  values: { tensors: ReadonlyMap<string, Tensor>; integers: ReadonlyMap<string, readonly number[]> },
): NodeContext {
  const attribute = (name: string) => node.attribute.find((each) => each.name === name)
  return {
    tf,
    node,
    has: (index) => (node.input[index] ?? '') !== '',
    input(index) {
      const name = node.input[index] ?? ''
      const tensor = values.tensors.get(name)
      if (tensor) return tensor
      const whole = values.integers.get(name)
      if (whole) return tf.tensor1d([...whole], 'int32')
      throw new AppError('MODEL_GRAPH', `engine tfjs: node ${node.name} has no value for input ${index}`)
    },
    numbers(index) {
      const found = values.integers.get(node.input[index] ?? '')
      if (found) return [...found]
      throw new AppError('MODEL_GRAPH', `engine tfjs: input ${index} of node ${node.name} is no constant`)
    },
    int: (name, otherwise) => Number(attribute(name)?.i ?? otherwise),
    ints: (name) => attribute(name)?.ints.map(Number) ?? null,
    float: (name, otherwise) => attribute(name)?.f ?? otherwise,
  }
}
