import { AppError } from '../../core/errors.ts'
import type { Prediction } from './prediction.ts'

export interface FalseAlarmSettings {
  /** Probability from which each label alerts; null for labels that never do. */
  readonly thresholds: readonly (number | null)[]
  /** Seconds of footage of each group that were looked at, whether something happened or not. */
  readonly footageS: Readonly<Record<string, number>>
  /**
   * Where in its group's footage an item starts. Left out, the items of a group follow each other without gaps, in
   * the order given.
   */
  readonly startS?: (prediction: Prediction) => number
  /** Positives of one label that start at most so far apart are one alarm. Used with `startS`. */
  readonly mergeGapS?: number
}

export interface FalseAlarms {
  readonly count: number
  readonly cameraDays: number
  readonly perCameraDay: number
  /** False alarms of each label, in the order of the thresholds. */
  readonly byLabel: readonly number[]
}

/**
 * What an operator would have been called for in vain. Contiguous positives of one label are one alarm; it is false
 * when none of its items has that label in truth.
 *
 * @throws AppError TRAIN_DATA when the footage of a group is not known.
 */
export function falseAlarmsOf(
  predictions: readonly Prediction[],
  { thresholds, footageS, startS, mergeGapS = 0 }: FalseAlarmSettings,
): FalseAlarms {
  const byLabel = thresholds.map(() => 0)
  const groups = Map.groupBy(predictions, ({ group }) => group)
  for (const [group, items] of groups) {
    if (!(footageS[group]! > 0))
      throw new AppError(
        'TRAIN_DATA',
        `${group}: the seconds of footage are not known, false alarms per day neither`,
      )
    const ordered = startS ? [...items].sort((a, b) => startS(a) - startS(b)) : items
    thresholds.forEach((threshold, label) => {
      if (threshold !== null) byLabel[label]! += alarmsIn(ordered, { label, threshold, startS, mergeGapS })
    })
  }
  const count = byLabel.reduce((sum, each) => sum + each, 0)
  const cameraDays = Object.values(footageS).reduce((sum, seconds) => sum + seconds, 0) / 86_400
  return { count, cameraDays, perCameraDay: count / cameraDays, byLabel }
}

/** False alarms of one label in one group. */
function alarmsIn(
  items: readonly Prediction[],
  settings: {
    label: number
    threshold: number
    startS: FalseAlarmSettings['startS']
    mergeGapS: number
  },
): number {
  const { label, threshold, startS, mergeGapS } = settings
  const reach = startS ? mergeGapS : 1
  let count = 0
  let last = Number.NEGATIVE_INFINITY
  // Whether the alarm that is open is a true one; nothing is counted before the first.
  let justified = true
  for (const [index, item] of items.entries()) {
    if (item.probabilities[label]! < threshold) continue
    const at = startS ? startS(item) : index
    if (at - last > reach) {
      if (!justified) count += 1
      justified = false
    }
    last = at
    justified ||= item.truth === label
  }
  return justified ? count : count + 1
}
