import type { Bundle } from '../../bundle/bundle-schema.ts'
import type { PrecisionMeasurement } from '../../onnx/quantize/measure-precision.ts'

/** Which graph of a quantised bundle serves on this processor, and why. */
export interface PrecisionVerdict extends PrecisionMeasurement {
  readonly serves: 'quantised' | 'float'
  /** Largest mean change of a probability that still counts as what the bundle states. */
  readonly allowedChange: number
  /** In words. */
  readonly reason: string
}

/** Quantised graphs that are hardly faster are not worth what they lose. */
const leastSpeedup = 1.05
/** What a bundle states was measured on another machine: so much more, in parts of it and beyond, is still the same. */
const tolerance = { share: 1.5, beyond: 0.002 }
/** For a bundle that states nothing. */
const usualChange = 0.01

/** Float where the quantised graph is not faster here, or changes the answers more than the bundle states. */
export function decidePrecision(
  { metrics }: Pick<Bundle, 'metrics'>,
  { speedup, change }: PrecisionMeasurement,
): PrecisionVerdict {
  const stated = metrics['quantize.checkChange'] ?? metrics['quantize.meanChange'] ?? usualChange
  const allowedChange = stated * tolerance.share + tolerance.beyond
  const times = `${speedup.toPrecision(3)} times as fast as float here`
  const found = { speedup, change, allowedChange }
  if (!(change <= allowedChange))
    return {
      ...found,
      serves: 'float',
      reason: `float serves: the quantised graph changes a probability by ${change.toPrecision(2)} on this processor, ${allowedChange.toPrecision(2)} are allowed`,
    }
  if (!(speedup >= leastSpeedup))
    return { ...found, serves: 'float', reason: `float serves: the quantised graph is ${times}` }
  return { ...found, serves: 'quantised', reason: `the quantised graph serves: it is ${times}` }
}
