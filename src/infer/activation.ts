import type { Bundle } from '../bundle/bundle-schema.ts'

/**
 * Turns a batch of model outputs into probabilities, in place.
 *
 * @param values clips × labels, row-major.
 * @param labels length of a row.
 */
export function applyActivation(
  values: Float32Array,
  labels: number,
  activation: Bundle['output']['activation'],
): void {
  if (activation === 'sigmoid') {
    for (let at = 0; at < values.length; at += 1) values[at] = 1 / (1 + Math.exp(-values[at]!))
  } else if (activation === 'softmax') {
    for (let start = 0; start < values.length; start += labels)
      softmax(values.subarray(start, start + labels))
  }
}

/** Shifted by the largest value, so that large logits do not overflow. */
function softmax(row: Float32Array): void {
  let largest = Number.NEGATIVE_INFINITY
  // A NaN is never larger: it stays visible in the result.
  for (const value of row) if (value > largest) largest = value
  let sum = 0
  for (let at = 0; at < row.length; at += 1) {
    const value = Math.exp(row[at]! - largest)
    row[at] = value
    sum += value
  }
  for (let at = 0; at < row.length; at += 1) row[at] = row[at]! / sum
}
