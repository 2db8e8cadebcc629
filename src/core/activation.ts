/** What turns the numbers of a model into scores; `none` where they are scores already. */
export type Activation = 'softmax' | 'sigmoid' | 'none'

export const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

/** Shares that sum to 1. Shifted by the largest value, so that large logits do not overflow; a NaN makes all of them NaN. */
export function softmax(logits: Float32Array | readonly number[]): number[] {
  const raised: number[] = []
  let sum = 0
  const largest = largestOf(logits)
  for (const logit of logits) {
    const value = Math.exp(logit - largest)
    raised.push(value)
    sum += value
  }
  return raised.map((value) => value / sum)
}

/** The scores of one row. */
export function scoresOf(row: Float32Array | readonly number[], activation: Activation): number[] {
  if (activation === 'softmax') return softmax(row)
  return activation === 'sigmoid' ? Array.from(row, sigmoid) : [...row]
}

/**
 * Turns a batch of model outputs into scores, in place.
 *
 * @param values clips × labels, row-major.
 * @param labels length of a row.
 */
export function applyActivation(values: Float32Array, labels: number, activation: Activation): void {
  if (activation === 'none') return
  if (activation === 'sigmoid') {
    for (let at = 0; at < values.length; at += 1) values[at] = sigmoid(values[at]!)
    return
  }
  for (let start = 0; start < values.length; start += labels)
    values.set(softmax(values.subarray(start, start + labels)), start)
}

function largestOf(values: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY
  // A NaN is never larger: it stays visible in the result.
  for (const value of values) if (value > largest) largest = value
  return largest
}
