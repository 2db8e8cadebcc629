import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { thresholdsOf } from '../bundle-card.ts'

/** So many clips that show a known label, and as many that do not, say more of its threshold than whoever set it before. */
const enoughClips = 5

/**
 * The labels of a version with their thresholds: new labels get theirs from what was said of clips; so do known ones that
 * alert, where enough clips that were not learned from show them and enough do not, because their scores have moved with
 * what was learned. All others keep what they had.
 *
 * @param known how many of the labels the version that it grew from had.
 * @param footage labels of the clips, in the order of `said`.
 * @param few whether the clips are few; by their number when left out.
 */
export function servedLabels(
  labels: Bundle['labels'],
  options: {
    known: number
    footage: readonly string[]
    said: readonly Prediction[]
    notLearned: boolean
    few?: boolean
  },
): Bundle['labels'] {
  const { known, footage, said, notLearned, few } = options
  const thresholdOf = thresholdsOf(said, few)
  const isJudged = (column: number) => {
    const shown = said.filter(({ truth }) => truth === column).length
    return notLearned && shown >= enoughClips && said.length - shown >= enoughClips
  }
  return labels.map((label, n) => {
    const column = footage.indexOf(label.name)
    if (label.background || (n < known && !isJudged(column))) return label
    return { ...label, threshold: thresholdOf(column) }
  })
}
