/** Scores of one label with the truth; entries with weight 0 are left out. */
export interface LabelScores {
  readonly score: number
  readonly truth: boolean
}

/** Column `label` of [N, L] arrays as a list. */
export function labelScores(
  arrays: { scores: Float32Array; target: Float32Array; weight: Float32Array },
  label: number,
  labels: number,
): LabelScores[] {
  const list: LabelScores[] = []
  for (let at = label; at < arrays.scores.length; at += labels)
    if (arrays.weight[at]! > 0) list.push({ score: arrays.scores[at]!, truth: arrays.target[at]! > 0.5 })
  return list
}

/** Average precision: the mean over all true entries of the precision at their rank. NaN without true entries. */
export function averagePrecision(list: readonly LabelScores[]): number {
  const ranked = [...list].sort((a, b) => b.score - a.score)
  let hits = 0
  let sum = 0
  ranked.forEach(({ truth }, rank) => {
    if (!truth) return
    hits += 1
    sum += hits / (rank + 1)
  })
  return sum / hits
}

export interface OperatingPoint {
  readonly threshold: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

export function pointAt(list: readonly LabelScores[], threshold: number): OperatingPoint {
  let [found, wrong, missed] = [0, 0, 0]
  for (const { score, truth } of list) {
    const raised = score >= threshold
    if (raised && truth) found += 1
    if (raised && !truth) wrong += 1
    if (!raised && truth) missed += 1
  }
  const precision = found + wrong === 0 ? 1 : found / (found + wrong)
  const recall = found + missed === 0 ? 1 : found / (found + missed)
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  return { threshold, precision, recall, f1 }
}

/**
 * The threshold in steps of 0.01 with the best F-measure; a beta under 1 counts false alarms more than misses. Where
 * neighbours are equally good it is the middle one of the longest row of them: as far from what must not alert as from
 * what must.
 */
export function bestThreshold(list: readonly LabelScores[], beta = 0.5): OperatingPoint {
  const measure = ({ precision, recall }: OperatingPoint) =>
    ((1 + beta * beta) * precision * recall) / Math.max(1e-9, beta * beta * precision + recall)
  const points = Array.from({ length: 95 }, (_, n) => pointAt(list, (n + 5) / 100))
  const most = Math.max(...points.map(measure))
  let [from, length] = [0, 0]
  for (let at = 0, row = 0; at < points.length; at += 1) {
    row = measure(points[at]!) >= most - 1e-9 ? row + 1 : 0
    if (row > length) [from, length] = [at - row + 1, row]
  }
  return points[from + Math.floor((length - 1) / 2)]!
}
