import type { SampleReason } from '../core/clip-sample.ts'
import type { RareScores } from './rare-scores.ts'
import type { SampleCandidate, SamplerSettings } from './sample-candidate.ts'

export interface Sample {
  readonly reason: SampleReason
  /** The label that made it interesting; null where a person could not confirm one. */
  readonly label: string | null
  readonly score: number | null
  /** With figures, for people. */
  readonly explanation: string
}

/** The label of models that say how unusual a scene is. */
const anomalyLabel = 'anomaly'
/** A score under this is noise, however rare. */
const leastRareScore = 0.1

/** Why a clip by itself is worth a look, the strongest reason first. Counts its scores as seen. */
export function sampleWorths(
  candidate: SampleCandidate,
  settings: SamplerSettings,
  rare: RareScores,
): Sample[] {
  const { modelName, labels, scores, thresholds, disagreement } = candidate
  const found: Sample[] = []
  if (disagreement) {
    const { label, liveVersion, shadowVersion, liveScore, shadowScore } = disagreement
    const named = label === '' ? null : label
    const explanation = `versions disagree${named === null ? '' : ` on ${named}`}: ${liveVersion} says ${show(liveScore)}, ${shadowVersion} ${show(shadowScore)}`
    found.push({
      reason: 'disagreement',
      label: named,
      score: named === null ? null : liveScore,
      explanation,
    })
  }
  for (const [at, label] of labels.entries()) {
    const score = scores[at]!
    if (label === anomalyLabel) {
      // Nobody can confirm "anomaly" as what a clip shows: a person says what it is.
      const explanation = `unlike what this camera is used to: anomaly ${show(score)}`
      if (score >= settings.anomalyFrom) found.push({ reason: 'anomaly', label: null, score, explanation })
    } else if (Number.isFinite(thresholds[at]!)) {
      const share = rare.see(modelName, label, score)
      if (share === null || share >= settings.rareShare || score < leastRareScore) continue
      const explanation = `unusual for this camera: ${label} ${show(score)}; ${(share * 100).toFixed(3)} % of its scores are so high`
      found.push({ reason: 'anomaly', label, score, explanation })
    }
  }
  const uncertain = labels
    .map((label, at) => ({ label, score: scores[at]!, threshold: thresholds[at]! }))
    .map((each) => ({ ...each, distance: Math.abs(each.score - each.threshold) }))
    .filter(({ distance }) => distance <= settings.uncertainWithin)
    .sort((a, b) => a.distance - b.distance)
    .map(
      ({ label, score, threshold }): Sample => ({
        reason: 'uncertain',
        label: label === anomalyLabel ? null : label,
        score,
        explanation: `near its threshold: ${label} ${show(score)}, alerts from ${show(threshold)}`,
      }),
    )
  return [...found, ...uncertain]
}

const show = (score: number) => score.toFixed(2)
