import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { convolutionRule } from './convolution-rule.ts'
import type { NodeContext, NodeRule } from './node-context.ts'

const unary =
  (name: 'abs' | 'erf' | 'exp' | 'log' | 'neg' | 'relu' | 'sigmoid' | 'sqrt' | 'logSoftmax'): NodeRule =>
  ({ tf, input }) =>
    tf[name](input(0))

const binary =
  (name: 'add' | 'sub' | 'mul' | 'div' | 'minimum'): NodeRule =>
  ({ tf, input }) =>
    tf[name](input(0), input(1))

const reduction =
  (name: 'mean' | 'sum' | 'max' | 'logSumExp'): NodeRule =>
  ({ tf, input, numbers, has, int }) =>
    tf[name](input(0), has(1) ? numbers(1) : undefined, int('keepdims', 1) === 1)

/**
 * What the operators that the tape emits on the way forward mean, in TensorFlow.js. Where the wasm backend lacks a
 * kernel for the gradient, the rule is written with others that it has.
 */
export const nodeRules: Readonly<Record<string, NodeRule>> = {
  Abs: unary('abs'),
  Add: binary('add'),
  Cast: ({ tf, input }) => tf.cast(input(0), 'float32'),
  Concat: ({ tf, node, input, int }) =>
    tf.concat(
      node.input.map((_, index) => input(index)),
      int('axis', 0),
    ),
  Conv: convolutionRule,
  Div: binary('div'),
  Erf: unary('erf'),
  Exp: unary('exp'),
  Expand({ tf, input, numbers }) {
    const x = input(0)
    return tf.mul(x, tf.ones(numbers(1)))
  },
  Gather: ({ tf, input }) => {
    const [x, indices] = [input(0), input(1)]
    const flat = pick(tf, x.reshape([1, ...x.shape]), indices.reshape([1, indices.size]))
    return flat.reshape([...indices.shape, ...x.shape.slice(1)])
  },
  GatherND: ({ tf, input }) => pick(tf, input(0), input(1).squeeze([2])),
  Gemm({ tf, input, int, has }) {
    const product = tf.matMul(
      input(0) as Tensor2D,
      input(1) as Tensor2D,
      int('transA', 0) === 1,
      int('transB', 0) === 1,
    )
    return has(2) ? tf.add(product, input(2)) : product
  },
  Identity: ({ input }) => input(0),
  LayerNormalization({ tf, input, float }) {
    const x = input(0)
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const variance = tf.mean(tf.square(centred), -1, true)
    const normal = tf.div(centred, tf.sqrt(tf.add(variance, float('epsilon', 1e-5))))
    return tf.add(tf.mul(normal, input(1)), input(2))
  },
  Log: unary('log'),
  LogSoftmax: unary('logSoftmax'),
  MatMul({ tf, input }) {
    const [a, b] = [input(0), input(1)]
    if (a.rank === b.rank) return tf.matMul(a, b)
    // [..., K] × [K, N], as one product.
    const flat = tf.matMul(a.reshape([-1, a.shape.at(-1)!]), b as Tensor2D)
    return flat.reshape([...a.shape.slice(0, -1), b.shape.at(-1)!])
  },
  Min: binary('minimum'),
  Mul: binary('mul'),
  Neg: unary('neg'),
  ReduceLogSumExp: reduction('logSumExp'),
  ReduceMax: reduction('max'),
  ReduceMean: reduction('mean'),
  ReduceSum: reduction('sum'),
  Relu: unary('relu'),
  Reshape: ({ input, numbers }) => {
    const x = input(0)
    return x.reshape(numbers(1).map((size, axis) => (size === 0 ? x.shape[axis]! : size)))
  },
  Sigmoid: unary('sigmoid'),
  Slice({ tf, input, numbers }) {
    const x = input(0)
    const [starts, ends, axes] = [numbers(1), numbers(2), numbers(3)]
    const [begin, size] = [x.shape.map(() => 0), [...x.shape]]
    axes.forEach((axis, index) => {
      begin[axis] = starts[index]!
      size[axis] = Math.min(ends[index]!, x.shape[axis]!) - starts[index]!
    })
    return tf.slice(x, begin, size)
  },
  Softmax: ({ tf, input }) => tf.softmax(input(0)),
  Sqrt: unary('sqrt'),
  Squeeze: ({ input, numbers }) => {
    const x = input(0)
    return x.squeeze(numbers(1).map((axis) => (axis < 0 ? axis + x.rank : axis)))
  },
  Sub: binary('sub'),
  Transpose: ({ tf, input, ints }) => transposed(tf, input(0), ints('perm')!),
  Unsqueeze: ({ tf, input, numbers }) => tf.expandDims(input(0), numbers(1)[0]!),
}

/** x [N, L, ...] at indices [N, I] → [N, I, ...], as a product: wasm has no kernel for the gradient of a gather. */
function pick(tf: NodeContext['tf'], x: Tensor, indices: Tensor): Tensor {
  const [batch, length] = x.shape as [number, number]
  const chosen = tf.oneHot(tf.cast(indices, 'int32'), length).cast('float32')
  const rows = tf.matMul(chosen, x.reshape([batch, length, -1]))
  return rows.reshape([batch, indices.shape[1]!, ...x.shape.slice(2)])
}

/** Axes in another order. Neighbours that stay together become one axis: wasm takes no more than five. */
function transposed(tf: NodeContext['tf'], x: Tensor, perm: readonly number[]): Tensor {
  const runs: number[][] = []
  for (const axis of perm) {
    const last = runs.at(-1)
    if (last && last.at(-1)! + 1 === axis) last.push(axis)
    else runs.push([axis])
  }
  const inOrder = runs.toSorted((a, b) => a[0]! - b[0]!)
  const merged = x.reshape(inOrder.map((run) => run.reduce((size, axis) => size * x.shape[axis]!, 1)))
  const turned = tf.transpose(
    merged,
    runs.map((run) => inOrder.indexOf(run)),
  )
  return turned.reshape(perm.map((axis) => x.shape[axis]!))
}
