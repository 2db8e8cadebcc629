import { add } from '../autodiff/ops-arithmetic.ts'
import { convolution } from '../autodiff/ops-convolution.ts'
import { slice } from '../autodiff/ops-shape.ts'
import type { Value } from '../autodiff/tape.ts'
import type { NodeReader } from './node-reader.ts'
import { type Operand, traced } from './operand.ts'
import { reshapeTo } from './ops-axes.ts'
import { patchProduct } from './ops-product.ts'

/**
 * Conv: kernels that do not overlap, of any rank, as a product of patches (embeddings of patches and tubelets);
 * otherwise square two-dimensional ones without groups or dilation.
 */
export function convolve(reader: NodeReader): Operand {
  const { tape } = reader
  const x = reader.value(0)
  const weight = reader.value(1)
  const bias = reader.has(2) ? reader.value(2) : null
  const kernel = weight.shape.slice(2)
  const ones = kernel.map(() => 1)
  const strides = reader.ints('strides') ?? ones
  const dilations = reader.ints('dilations') ?? ones
  const pads = reader.ints('pads') ?? [...ones, ...ones].map(() => 0)
  if (reader.int('group', 1) !== 1) throw reader.unsupported('it has groups')
  if (dilations.some((each) => each !== 1)) throw reader.unsupported('it is dilated')
  if (!['NOTSET', 'VALID'].includes(reader.text('auto_pad', 'NOTSET')))
    throw reader.unsupported('it pads by itself (auto_pad)')
  const padded = pads.some((each) => each !== 0)
  if (!padded && strides.every((each, axis) => each === kernel[axis]))
    return traced(patchProduct(tape, whole(reader, x, kernel), weight, bias))
  const [stride, pad] = [strides[0]!, pads[0]!]
  const square = kernel.length === 2 && kernel[0] === kernel[1]
  if (!square || strides.some((each) => each !== stride) || pads.some((each) => each !== pad))
    throw reader.unsupported('its kernels overlap and are not square, or not two-dimensional')
  const outputs = weight.shape[0]!
  const zeros = tape.constant(tape.graph.f32(new Float32Array(outputs), [outputs]), [outputs])
  const y = convolution(tape, x, { weight, bias: zeros }, { stride, pad })
  return traced(bias ? add(tape, y, reshapeTo(tape, bias, [outputs, 1, 1])) : y)
}

/** Without the rest that no whole kernel fits on. */
function whole({ tape }: NodeReader, x: Value, kernel: readonly number[]): Value {
  return kernel.reduce((cut, size, axis) => {
    const length = cut.shape[axis + 2]!
    const fits = length - (length % size)
    return fits === length ? cut : slice(tape, cut, axis + 2, [0, fits])
  }, x)
}
