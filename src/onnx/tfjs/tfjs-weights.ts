import { AppError } from '../../core/errors.ts'
import type { TfjsModel, TfjsWeight } from './tfjs-schema.ts'

/** A constant of the graph. Whole numbers and truth values are in `Int32Array`s. */
export interface TfjsTensor {
  readonly type: 'float' | 'int' | 'bool'
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array
}

const bytesOf = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const

/**
 * The weights of a model by name, decoded: float32, int32 and bool as they are; float16, and uint8 or uint16 with
 * scale and least value, as float32. `groups` holds the joined shards of each group of the manifest.
 *
 * @throws AppError MODEL_GRAPH when the shards are shorter than the manifest says.
 */
export function readWeights(model: TfjsModel, groups: readonly Uint8Array[]): Map<string, TfjsTensor> {
  const weights = new Map<string, TfjsTensor>()
  model.weightsManifest.forEach((group, index) => {
    // Not a Buffer: its `slice` is a view, whose address may be odd.
    const bytes = new Uint8Array(groups[index]!)
    let at = 0
    for (const weight of group.weights) {
      const count = weight.shape.reduce((product, size) => product * size, 1)
      const length = count * bytesOf[weight.quantization?.dtype ?? weight.dtype]
      if (at + length > bytes.length)
        throw new AppError(
          'MODEL_GRAPH',
          `weight ${weight.name}: the weight files end before it (${bytes.length} bytes); fetch the model again`,
        )
      weights.set(weight.name, {
        type: weight.dtype === 'float32' ? 'float' : weight.dtype === 'int32' ? 'int' : 'bool',
        shape: weight.shape,
        values: decode(weight, bytes.slice(at, at + length), count),
      })
      at += length
    }
  })
  return weights
}

function decode(
  weight: TfjsWeight,
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
): Float32Array | Int32Array {
  const { dtype, quantization } = weight
  if (!quantization) {
    if (dtype === 'float32') return new Float32Array(bytes.buffer, 0, count)
    return dtype === 'int32' ? new Int32Array(bytes.buffer, 0, count) : Int32Array.from(bytes)
  }
  const { scale = 1, min = 0 } = quantization
  const made = dtype === 'float32' ? new Float32Array(count) : new Int32Array(count)
  if (quantization.dtype === 'float16') {
    const halves = new Uint16Array(bytes.buffer, 0, count)
    for (let at = 0; at < count; at += 1) made[at] = fromHalf(halves[at]!)
    return made
  }
  const steps = quantization.dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer, 0, count)
  const whole = dtype !== 'float32'
  for (let at = 0; at < count; at += 1) {
    const value = steps[at]! * scale + min
    made[at] = whole ? Math.round(value) : value
  }
  return made
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}
