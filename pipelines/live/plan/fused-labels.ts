import type { LabelledModel } from '../../../src/alert/alert-rule.ts'
import { fusionName } from '../../../src/alert/score-fusion.ts'
import type { FusionConfig } from '../../../src/config/schema/alerts-schema.ts'

/** A label whose scores of several models become one on a camera. */
export interface FusedLabel {
  readonly fusion: FusionConfig
  /** The models that take part. */
  readonly models: readonly string[]
}

/** The fusions that happen among the models of one camera: where at least two know the label. */
export function fusedLabels(
  fusions: readonly FusionConfig[],
  models: readonly LabelledModel[],
): FusedLabel[] {
  return fusions.flatMap((fusion) => {
    const knowing = models.filter(({ labels }) => labels.some(({ name }) => name === fusion.label))
    return knowing.length < 2 ? [] : [{ fusion, models: knowing.map(({ name }) => name) }]
  })
}

/** What is fused as a model of its own, with the lowest threshold of those that take part. */
export function fusedModel(fused: readonly FusedLabel[], models: readonly LabelledModel[]): LabelledModel[] {
  if (fused.length === 0) return []
  const labels = fused.map(({ fusion: { label } }) => {
    const thresholds = models.flatMap((model) => model.labels.filter(({ name }) => name === label))
    return {
      name: label,
      threshold: Math.min(...thresholds.map(({ threshold }) => threshold)),
      background: thresholds.every(({ background }) => background),
    }
  })
  return [{ name: fusionName, labels }]
}
