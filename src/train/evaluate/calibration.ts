import { softmax } from '../../core/activation.ts'
import { topLabel } from './confusion.ts'
import type { Prediction } from './prediction.ts'

export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly items: number
  /** Mean probability of the top label; null in an empty bin. */
  readonly confidence: number | null
  /** Share that was right; null in an empty bin. */
  readonly accuracy: number | null
}

export interface Calibration {
  /** Expected calibration error: mean |confidence - accuracy| over the bins, by items (Guo et al. 2017, eq. 3). */
  readonly ece: number
  /** Mean over items of the sum over labels of (p - truth)²: 0 is best, 2 worst (Brier 1950). */
  readonly brier: number
  /** Mean of -ln p(truth). */
  readonly logLoss: number
  readonly bins: readonly ReliabilityBin[]
}

/** Probabilities below it count as it, so that one sure mistake does not make the loss infinite. */
const smallest = 1e-7

export function calibrationOf(predictions: readonly Prediction[], binCount = 10): Calibration {
  const bins = Array.from({ length: binCount }, () => ({ items: 0, confidence: 0, right: 0 }))
  let [brier, logLoss] = [0, 0]
  for (const prediction of predictions) {
    const { probabilities, truth } = prediction
    const top = topLabel(prediction)
    const confidence = probabilities[top]!
    const bin = bins[Math.min(binCount - 1, Math.floor(confidence * binCount))]!
    bin.items += 1
    bin.confidence += confidence
    if (top === truth) bin.right += 1
    probabilities.forEach((value, label) => {
      brier += (value - (label === truth ? 1 : 0)) ** 2
    })
    logLoss -= Math.log(Math.max(smallest, probabilities[truth]!))
  }
  const count = predictions.length
  return {
    ece: bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0) / count,
    brier: brier / count,
    logLoss: logLoss / count,
    bins: bins.map(({ items, confidence, right }, index) => ({
      from: index / binCount,
      to: (index + 1) / binCount,
      items,
      confidence: items === 0 ? null : confidence / items,
      accuracy: items === 0 ? null : right / items,
    })),
  }
}

/** Softmax probabilities as if the logits had been divided by `temperature`; above 1 makes them less sure. */
export function withTemperature(prediction: Prediction, temperature: number): Prediction {
  const logits = Array.from(prediction.probabilities, (p) => Math.log(Math.max(smallest, p)) / temperature)
  return { ...prediction, probabilities: Float32Array.from(softmax(logits)) }
}

/**
 * The temperature with the least log loss (Guo et al. 2017, section 4.2), between 0.05 and 20, by golden section:
 * the loss is convex in its inverse. Only for softmax models. Fit it on the validation side, never on the test side.
 */
export function fitTemperature(predictions: readonly Prediction[]): number {
  const lossAt = (inverse: number) => {
    let loss = 0
    for (const { probabilities, truth } of predictions) {
      const scaled = Array.from(probabilities, (p) => Math.log(Math.max(smallest, p)) * inverse)
      const highest = Math.max(...scaled)
      const total = scaled.reduce((sum, value) => sum + Math.exp(value - highest), 0)
      loss += Math.log(total) + highest - scaled[truth]!
    }
    return loss
  }
  const golden = (Math.sqrt(5) - 1) / 2
  let [low, high] = [1 / 20, 20]
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)]
  let [lossLeft, lossRight] = [lossAt(left), lossAt(right)]
  while (high - low > 1e-4 * low) {
    if (lossLeft <= lossRight) {
      ;[high, right, lossRight] = [right, left, lossLeft]
      left = high - golden * (high - low)
      lossLeft = lossAt(left)
    } else {
      ;[low, left, lossLeft] = [left, right, lossRight]
      right = low + golden * (high - low)
      lossRight = lossAt(right)
    }
  }
  return 2 / (low + high)
}
