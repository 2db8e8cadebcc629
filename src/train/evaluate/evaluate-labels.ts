import {
  averagePrecision,
  bestThreshold,
  labelScores,
  type OperatingPoint,
  pointAt,
} from './multi-label-metrics.ts'

export interface LabelEvaluation {
  readonly label: string
  readonly support: number
  /** Null when no item has the label. */
  readonly averagePrecision: number | null
  /** At the given threshold, or at the one with the best F-measure. */
  readonly point: OperatingPoint
}

/**
 * Evaluates a model of independent labels. `scores`, `target` (0–1) and `weight` (0 where the truth is not known) are
 * [N, labels]. Thresholds that are not given are chosen on these very items: give those of the validation side.
 */
export function evaluateLabels(options: {
  labels: readonly string[]
  scores: Float32Array
  target: Float32Array
  weight: Float32Array
  thresholds?: readonly number[]
}): { perLabel: readonly LabelEvaluation[]; meanAveragePrecision: number | null } {
  const { labels, thresholds } = options
  const perLabel = labels.map((label, index): LabelEvaluation => {
    const list = labelScores(options, index, labels.length)
    const support = list.filter(({ truth }) => truth).length
    const threshold = thresholds?.[index]
    return {
      label,
      support,
      averagePrecision: support === 0 ? null : averagePrecision(list),
      point: threshold === undefined ? bestThreshold(list) : pointAt(list, threshold),
    }
  })
  const known = perLabel.flatMap(({ averagePrecision: each }) => (each === null ? [] : [each]))
  const mean = known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length
  return { perLabel, meanAveragePrecision: mean }
}
