import { AppError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'
import type { Prediction } from './prediction.ts'
import { normalQuantile, studentQuantile } from './quantiles.ts'

/** From so many groups on, percentiles are taken as they are. */
export const manyGroups = 20

/** A figure of a list of predictions from 0 to 1, such as the accuracy. */
export type Metric = (predictions: readonly Prediction[]) => number

export interface PairedDifference {
  readonly champion: number
  readonly challenger: number
  /** challenger - champion */
  readonly difference: number
  /** Ends of the interval of the difference. */
  readonly low: number
  readonly high: number
  /** Such as 0.95. */
  readonly confidence: number
  readonly resamples: number
}

/** Two lists of predictions of the same items, in one order. */
export interface Paired {
  readonly champion: readonly Prediction[]
  readonly challenger: readonly Prediction[]
}

/**
 * Brings the predictions of two models into one order.
 * @throws AppError TRAIN_DATA when they are not about the same items, each once, with the same truth.
 */
export function pairPredictions(champion: readonly Prediction[], challenger: readonly Prediction[]): Paired {
  const byId = new Map(champion.map((each) => [each.id, each]))
  if (byId.size !== champion.length || champion.length !== challenger.length)
    throw new AppError(
      'TRAIN_DATA',
      `champion and challenger must score the same items, each once: ${byId.size} of ${champion.length} ` +
        `and ${challenger.length}`,
    )
  const seen = new Set<string>()
  const ordered = challenger.map(({ id, truth, group }) => {
    const other = byId.get(id)
    if (!other || seen.has(id) || other.truth !== truth || other.group !== group)
      throw new AppError('TRAIN_DATA', `${id}: not scored by both models with the same truth and group`)
    seen.add(id)
    return other
  })
  return { champion: ordered, challenger }
}

/**
 * Percentile interval of the difference of a metric between two models on the same items. Groups are drawn with
 * replacement, then items within each group drawn (the two-stage bootstrap of Davison and Hinkley 1997, section
 * 3.8), because clips of one camera and day are alike: drawing clips alone gives intervals that are too narrow. With one
 * group only its items are drawn. Of few groups the percentiles are too narrow, too: their distances from the
 * difference grow as Student's t does against the normal distribution (smallSample).
 */
export function bootstrapDifference(
  paired: Paired,
  metric: Metric,
  options: { seed: number; resamples?: number; confidence?: number },
): PairedDifference {
  const { seed, resamples = 2000, confidence = 0.95 } = options
  const { champion, challenger } = paired
  const groups = [...Map.groupBy(challenger.keys(), (index) => challenger[index]!.group).values()]
  const random = createRandom(seed)
  const below = (limit: number) => Math.floor(random.next() * limit)
  const differences = new Float64Array(resamples)
  for (let round = 0; round < resamples; round += 1) {
    const [a, b]: [Prediction[], Prediction[]] = [[], []]
    for (let draw = 0; draw < groups.length; draw += 1) {
      const group = groups[below(groups.length)]!
      for (let item = 0; item < group.length; item += 1) {
        const index = group[below(group.length)]!
        a.push(champion[index]!)
        b.push(challenger[index]!)
      }
    }
    differences[round] = metric(b) - metric(a)
  }
  differences.sort()
  const quantile = (q: number) => {
    const at = q * (resamples - 1)
    const [under, over] = [differences[Math.floor(at)]!, differences[Math.ceil(at)]!]
    return under + (over - under) * (at - Math.floor(at))
  }
  const [before, after] = [metric(champion), metric(challenger)]
  const difference = after - before
  const [low, high] = [quantile((1 - confidence) / 2), quantile((1 + confidence) / 2)]
  const factor = smallSample(groups.length > 1 ? groups.length : challenger.length, confidence)
  return {
    champion: before,
    challenger: after,
    difference,
    low: Math.max(-1, Math.min(difference, difference + factor * (low - difference))),
    high: Math.min(1, Math.max(difference, difference + factor * (high - difference))),
    confidence,
    resamples,
  }
}

/** How much wider the interval of so few draws has to be than its percentiles; 1 for many. */
function smallSample(count: number, confidence: number): number {
  if (count >= manyGroups) return 1
  const freedom = Math.max(1, count - 1)
  const p = (1 + confidence) / 2
  const scale = Math.sqrt(Math.max(2, count) / freedom)
  return (studentQuantile(p, freedom) / normalQuantile(p)) * scale
}
