import { AppError } from '../../core/errors.ts'
import type { Prediction } from './prediction.ts'

/** Rows are the true labels, columns what was said: [truth][said] is a count of items. */
export type Confusion = readonly (readonly number[])[]

export interface ClassMetrics {
  readonly label: string
  /** Items whose truth it is. */
  readonly support: number
  /** Items for which it was said. */
  readonly said: number
  /** Null when it was never said. */
  readonly precision: number | null
  /** Null when no item has it. */
  readonly recall: number | null
  /** 2·TP / (2·TP + FP + FN); null when it neither is nor was said. */
  readonly f1: number | null
}

/** The label with the highest probability; the first of several that tie. */
export function topLabel({ probabilities }: Prediction): number {
  let best = 0
  for (let label = 1; label < probabilities.length; label += 1)
    if (probabilities[label]! > probabilities[best]!) best = label
  return best
}

export const isRight = (prediction: Prediction): boolean => topLabel(prediction) === prediction.truth

/** @throws AppError TRAIN_DATA when a prediction does not fit the labels; names it. */
export function checkPredictions(labels: readonly string[], predictions: readonly Prediction[]): void {
  if (predictions.length === 0)
    throw new AppError('TRAIN_DATA', 'there is nothing to evaluate: no predictions')
  for (const { id, truth, probabilities } of predictions) {
    if (probabilities.length !== labels.length)
      throw new AppError(
        'TRAIN_DATA',
        `${id}: ${probabilities.length} probabilities for ${labels.length} labels`,
      )
    if (!Number.isInteger(truth) || truth < 0 || truth >= labels.length)
      throw new AppError('TRAIN_DATA', `${id}: label ${truth} is none of the ${labels.length} labels`)
    const wrong = probabilities.find((value) => !(value >= 0 && value <= 1.00001))
    if (wrong !== undefined)
      throw new AppError('TRAIN_DATA', `${id}: the probability ${wrong} is not between 0 and 1`)
  }
}

export function confusionOf(labelCount: number, predictions: readonly Prediction[]): Confusion {
  const counts = Array.from({ length: labelCount }, () => new Array<number>(labelCount).fill(0))
  for (const prediction of predictions) counts[prediction.truth]![topLabel(prediction)]! += 1
  return counts
}

export function classMetrics(labels: readonly string[], confusion: Confusion): ClassMetrics[] {
  return labels.map((label, index) => {
    const hits = confusion[index]![index]!
    const support = confusion[index]!.reduce((sum, count) => sum + count, 0)
    const said = confusion.reduce((sum, row) => sum + row[index]!, 0)
    return {
      label,
      support,
      said,
      precision: said === 0 ? null : hits / said,
      recall: support === 0 ? null : hits / support,
      f1: support + said === 0 ? null : (2 * hits) / (support + said),
    }
  })
}

/** Share of items whose top label is the truth. */
export function accuracyOf(predictions: readonly Prediction[]): number {
  return predictions.filter(isRight).length / predictions.length
}

/** Mean F1 over the labels that some item has. */
export function macroF1Of(labelCount: number, predictions: readonly Prediction[]): number {
  const support = new Float64Array(labelCount)
  const said = new Float64Array(labelCount)
  const hits = new Float64Array(labelCount)
  for (const prediction of predictions) {
    const top = topLabel(prediction)
    support[prediction.truth]! += 1
    said[top]! += 1
    if (top === prediction.truth) hits[top]! += 1
  }
  let [sum, present] = [0, 0]
  for (let label = 0; label < labelCount; label += 1) {
    if (support[label] === 0) continue
    present += 1
    sum += (2 * hits[label]!) / (support[label]! + said[label]!)
  }
  return present === 0 ? 0 : sum / present
}
