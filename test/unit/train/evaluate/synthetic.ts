import { createRandom, type Random } from '../../../../src/core/random.ts'
import type { Prediction } from '../../../../src/train/evaluate/prediction.ts'

/** A prediction that says `top` with the given confidence, the rest shared out evenly. */
export function says(
  top: number,
  truth: number,
  options: { labels?: number; confidence?: number; id?: string; group?: string } = {},
): Prediction {
  const { labels = 3, confidence = 0.8, id = 'item', group = 'group' } = options
  const rest = (1 - confidence) / (labels - 1)
  const probabilities = Float32Array.from({ length: labels }, (_, label) =>
    label === top ? confidence : rest,
  )
  return { id, group, truth, probabilities }
}

/**
 * Predictions of `groups` × `perGroup` items that are right with probability `accuracy`, which varies from group to
 * group by `spread`.
 */
export function synthetic(options: {
  seed: number
  groups: number
  perGroup: number
  accuracy: number
  spread?: number
  labels?: number
}): Prediction[] {
  const { seed, groups, perGroup, accuracy, spread = 0, labels = 3 } = options
  const random: Random = createRandom(seed)
  return Array.from({ length: groups }, (_, group) => {
    const here = Math.min(1, Math.max(0, accuracy + random.range(-spread, spread)))
    return Array.from({ length: perGroup }, (_, item) => {
      const truth = item % labels
      const top = random.chance(here) ? truth : (truth + random.int(1, labels - 1)) % labels
      return says(top, truth, { labels, id: `${group}/${item}`, group: `group${group}` })
    })
  }).flat()
}
