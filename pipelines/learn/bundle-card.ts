import { bestThreshold } from '../../src/train/evaluate/multi-label-metrics.ts'
import type { Prediction } from '../../src/train/evaluate/prediction.ts'
import type { BundleCard } from '../../src/train/export/export-bundle.ts'
import { type LearnJob, sizeOf } from './job.ts'

/** What the bundle says of itself; labels in the order of the model's logits. */
export function cardOf(
  job: LearnJob,
  labels: readonly string[],
  thresholdOf: (label: number) => number,
): BundleCard {
  const { learning, set, version, backbone } = job
  const base = backbone?.bundle
  return {
    name: learning.model,
    version,
    description: `Learned from ${set.items.length} labelled clips.`,
    labels: labels.map((name, label) => ({
      name,
      threshold: thresholdOf(label),
      background: learning.background.includes(name),
    })),
    activation: 'softmax',
    sampleFps: sizeOf(job).sampleFps,
    ...(base && { strideFrames: base.temporal.strideFrames }),
    license: base?.license ?? 'NOASSERTION',
    parent: parentOf(job),
    dataset: set.id,
    metrics: {},
  }
}

/** The version that it grew from: the live one, or the imported one, or none. */
export function parentOf({
  champion,
  learning,
  backbone,
}: Pick<LearnJob, 'champion' | 'learning' | 'backbone'>) {
  if (champion !== null) return `${learning.model}@${champion}`
  return backbone ? `${backbone.bundle.name}@${backbone.bundle.version}` : null
}

/** With fewer clips a threshold that seems best may be anything. */
const enoughClips = 20
/** Of few clips no label alerts on less: a label that is no more likely than not. */
const floorOfFew = 0.5

/**
 * The threshold of each label that is best on these predictions: the middle of all that are equally good, and of few
 * clips at least one half. Scores are those of the clip that a label scores highest in, where they are known: one such
 * clip raises the alert.
 */
export function thresholdsOf(
  said: readonly Prediction[],
  few = said.length < enoughClips,
): (label: number) => number {
  return (label) => {
    const { threshold } = bestThreshold(
      said.map(({ truth, probabilities, peaks = probabilities }) => ({
        score: peaks[label]!,
        truth: truth === label,
      })),
    )
    return few ? Math.max(floorOfFew, threshold) : threshold
  }
}
