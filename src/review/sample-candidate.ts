import type { SamplingConfig } from '../config/schema/sampling-schema.ts'
import type { Disagreement } from '../core/disagreement.ts'

export type SamplerSettings = Pick<
  SamplingConfig,
  'perHour' | 'uncertainWithin' | 'anomalyFrom' | 'rareShare' | 'apartMs'
>

/** What the sampler is shown of a scored clip. */
export interface SampleCandidate {
  readonly modelName: string
  /** Wall clock of its last frame, milliseconds. */
  readonly atMs: number
  readonly labels: readonly string[]
  /** 0–1, one for each label. */
  readonly scores: ArrayLike<number>
  /** Score from which each label alerts; Infinity: it never does. */
  readonly thresholds: ArrayLike<number>
  /** How another version of the model, shown the same clip, decides otherwise; null: it was not asked or agrees. */
  readonly disagreement: Disagreement | null
  /** Whether the recording of an alert has the clip already, for this label or, with null, whatever it shows. */
  readonly alerting: (label: string | null) => boolean
}
