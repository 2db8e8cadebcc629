import type { NodeProto } from '../proto/onnx_pb.ts'
import { intAttribute, intsAttribute, type Value } from './edit-batch-values.ts'

/** One node and what is known of its inputs (null: an optional input that is left out). */
export interface Step {
  readonly node: NodeProto
  readonly inputs: readonly (Value | null)[]
  readonly opset: number
  /** Changes the Reshape's constant so that axis 0 follows its input. */
  readonly keepAxis0: (shape: readonly number[]) => void
}

/** What comes out, or why the batch axis cannot be followed through the node. */
type Outcome = Value | string

type Rule = (step: Step, first: Value) => Outcome

const same: Rule = ({ inputs }, first) =>
  first.batch && inputs.slice(1).every((value) => !value?.batch) ? first : 'a parameter depends on the input'

const elementwise: Rule = ({ inputs }) => {
  const ranks = inputs.map((value) => value?.rank ?? null)
  if (ranks.includes(null)) return 'the rank of an operand is not known'
  const rank = Math.max(...(ranks as number[]))
  const misfit = inputs.some((value) =>
    value!.batch ? value!.rank !== rank : value!.rank === rank && value!.firstDim !== 1,
  )
  return misfit ? 'an operand is not aligned with the batch' : { batch: true, rank }
}

/** Axis 0, said either way round. A negative axis of a value of unknown rank counts as axis 0. */
const isAxis0 = (axis: number, rank: number | null) =>
  axis === 0 || (axis < 0 && (rank ?? -axis) + axis === 0)

const alongAxis =
  (absent: number): Rule =>
  (step, first) =>
    isAxis0(intAttribute(step.node, 'axis', absent), first.rank) ? 'works along the batch' : same(step, first)

/** The axes as attribute (older) or as input `index` (newer). */
const axesOf = ({ node, inputs }: Step, index: number): readonly number[] | null =>
  intsAttribute(node, 'axes') ?? inputs[index]?.numbers ?? null

const reduce: Rule = (step, first) => {
  const axes = axesOf(step, 1)
  if (!axes || axes.length === 0 || axes.some((axis) => isAxis0(axis, first.rank))) return 'reduces the batch'
  if (intAttribute(step.node, 'keepdims', 1) === 1 || first.rank === null) return same(step, first)
  return { batch: true, rank: first.rank - axes.length }
}

const argReduce: Rule = (step, first) => {
  if (isAxis0(intAttribute(step.node, 'axis', 0), first.rank)) return 'reduces the batch'
  const drops = intAttribute(step.node, 'keepdims', 1) === 0 && first.rank !== null
  return { batch: true, rank: drops ? first.rank - 1 : first.rank }
}

const reshape: Rule = ({ node, inputs, keepAxis0 }) => {
  const shape = inputs[1]?.numbers ?? intsAttribute(node, 'shape')
  if (!shape || !inputs[0]?.batch) return 'its shape is not a constant'
  if (intAttribute(node, 'allowzero', 0) !== 0) return 'allowzero is set'
  if (shape[0] === 1 && inputs[1]) keepAxis0(shape)
  else if (shape[0] !== 0) return `its shape [${shape.join(', ')}] does not begin with the batch`
  return { batch: true, rank: shape.length }
}

const squeeze: Rule = (step, first) => {
  const axes = axesOf(step, 1)
  if (!axes || axes.some((axis) => isAxis0(axis, first.rank))) return 'may drop the batch'
  return { batch: true, rank: first.rank === null ? null : first.rank - axes.length }
}

const unsqueeze: Rule = (step, first) => {
  const axes = axesOf(step, 1)
  const rank = first.rank === null || !axes ? null : first.rank + axes.length
  if (!axes || axes.some((axis) => isAxis0(axis, rank))) return 'puts an axis before the batch'
  return { batch: true, rank }
}

const gather: Rule = ({ node, inputs }, first) => {
  const axis = intAttribute(node, 'axis', 0)
  const indices = inputs[1]
  const rank = first.rank === null || indices?.rank == null ? null : first.rank - 1 + indices.rank
  if (first.batch)
    return isAxis0(axis, first.rank) || indices?.batch ? 'picks from the batch' : { batch: true, rank }
  return axis === 0 && indices?.batch ? { batch: true, rank } : 'picks with indices of the batch'
}

const matmul: Rule = ({ inputs }) => {
  const [a, b] = inputs
  if (a?.rank == null || b?.rank == null || a.rank < 2 || b.rank < 2)
    return 'the rank of an operand is not known or below 2'
  if (a.batch && b.batch) return a.rank === b.rank && a.rank >= 3 ? a : 'the operands are not aligned'
  const [value, weight] = a.batch ? [a, b] : [b, a]
  // In a product of matrices the batch may be the rows of the left one.
  if (value.rank === 2) return a.batch && b.rank === 2 ? a : 'the batch is not aligned'
  const fits = weight.rank! < value.rank! || (weight.rank === value.rank && weight.firstDim === 1)
  return fits ? value : 'a weight is not aligned with the batch'
}

const gemm: Rule = ({ node, inputs }, first) => {
  const [, weight, bias] = inputs
  const plain = first.batch && !weight?.batch && !bias?.batch && intAttribute(node, 'transA', 0) === 0
  return plain && (bias?.rank !== 2 || bias.firstDim === 1) ? { batch: true, rank: 2 } : 'is not aligned'
}

const transpose: Rule = ({ node }, first) =>
  intsAttribute(node, 'perm')?.[0] === 0 ? first : 'moves the batch to another axis'

const concat: Rule = ({ node, inputs }, first) => {
  if (isAxis0(intAttribute(node, 'axis', 0), first.rank)) return 'joins along the batch'
  return inputs.every((value) => value?.batch) ? first : 'joins with a constant, which has no batch'
}

const slice: Rule = (step, first) => {
  const axes = axesOf(step, 3)
  return !axes || axes.some((axis) => isAxis0(axis, first.rank)) ? 'may cut the batch' : same(step, first)
}

const pad: Rule = (step, first) => {
  const pads = intsAttribute(step.node, 'pads') ?? step.inputs[1]?.numbers
  const ok = pads && !step.inputs[3] && pads[0] === 0 && pads[pads.length / 2] === 0
  return ok ? same(step, first) : 'may pad the batch'
}

const resize: Rule = (step, first) => {
  const scales = step.inputs[step.node.opType === 'Upsample' || step.opset < 11 ? 1 : 2]
  return scales?.numbers?.[0] === 1 ? same(step, first) : 'its scale of the batch is not known to be 1'
}

const flatten: Rule = ({ node }) =>
  intAttribute(node, 'axis', 1) === 1 ? { batch: true, rank: 2 } : 'merges the batch with another axis'

const expand: Rule = ({ inputs }, first) => {
  const shape = inputs[1]?.numbers
  if (!first.batch || !shape || first.rank === null || shape.length > first.rank)
    return 'its shape is not known'
  return shape.length < first.rank || shape[0] === 1 ? first : 'repeats the batch'
}

const tile: Rule = ({ inputs }, first) =>
  first.batch && inputs[1]?.numbers?.[0] === 1 ? first : 'repeats the batch'

const pooled: Rule = (step, first) =>
  step.node.output.filter((name) => name !== '').length === 1
    ? same(step, first)
    : 'gives indices over the batch'

const each = (names: string, rule: Rule) => names.split(' ').map((name) => [name, rule] as const)

/** Standard operators through which the batch can be followed. Any other stops the analysis. */
const rules = new Map<string, Rule>([
  ...each(
    'Relu Sigmoid HardSigmoid HardSwish Tanh Clip LeakyRelu Elu Selu Celu Gelu Erf Exp Log Sqrt Neg Abs',
    same,
  ),
  ...each(
    'Reciprocal Floor Ceil Round Sin Cos Sign Not Softplus Softsign Mish ThresholdedRelu Cast Identity',
    same,
  ),
  ...each('Dropout Conv ConvTranspose GlobalAveragePool GlobalMaxPool BatchNormalization LRN', same),
  ...each('InstanceNormalization GroupNormalization DepthToSpace SpaceToDepth', same),
  ...each('MaxPool AveragePool LpPool', pooled),
  ...each('Add Sub Mul Div Pow Min Max Mean Sum Equal Greater GreaterOrEqual Less LessOrEqual', elementwise),
  ...each('And Or Xor Where PRelu Mod', elementwise),
  ...each('LayerNormalization Hardmax LpNormalization TopK', alongAxis(-1)),
  ...each('Split', alongAxis(0)),
  ...each('ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare', reduce),
  ...each('ReduceLogSum ReduceLogSumExp', reduce),
  ...each('ArgMax ArgMin', argReduce),
  ['Softmax', (step, first) => alongAxis(step.opset < 13 ? 1 : -1)(step, first)],
  ['LogSoftmax', (step, first) => alongAxis(step.opset < 13 ? 1 : -1)(step, first)],
  ['DequantizeLinear', (step, first) => alongAxis(1)(step, first)],
  ['QuantizeLinear', (step, first) => alongAxis(1)(step, first)],
  ['Reshape', reshape],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Gather', gather],
  ['MatMul', matmul],
  ['Gemm', gemm],
  ['Transpose', transpose],
  ['Concat', concat],
  ['Slice', slice],
  ['Pad', pad],
  ['Resize', resize],
  ['Upsample', resize],
  ['Flatten', flatten],
  ['Expand', expand],
  ['Tile', tile],
])

/** Follows the batch axis through one node of which at least one input depends on the graph's input. */
export function followBatch(step: Step): Outcome {
  const { node, inputs } = step
  if (node.domain !== '' && node.domain !== 'ai.onnx') return `the domain ${node.domain} is not known`
  const rule = rules.get(node.opType)
  if (!rule) return 'it is not known to treat each element of a batch alone'
  const first = inputs[0]
  return first ? rule(step, first) : 'its first input is missing'
}
