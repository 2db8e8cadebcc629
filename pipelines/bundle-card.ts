import type { BundleCard } from '../src/train/export-bundle.ts'
import { bestThreshold } from '../src/train/multi-label-metrics.ts'
import type { Prediction } from '../src/train/prediction.ts'
import { type LearnJob, sizeOf } from './learn-prepare.ts'

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

/** The threshold of each label that is best on these predictions. */
export function thresholdsOf(said: readonly Prediction[]): (label: number) => number {
  return (label) =>
    bestThreshold(
      said.map(({ truth, probabilities }) => ({ score: probabilities[label]!, truth: truth === label })),
    ).threshold
}
