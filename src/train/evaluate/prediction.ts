/** What a model says of one piece of labelled footage that it was not trained on. */
export interface Prediction {
  /** Footage.id */
  readonly id: string
  /** Footage.group */
  readonly group: string
  /** Index of the true label. */
  readonly truth: number
  /** One for each label, each 0–1; with softmax they sum to 1. */
  readonly probabilities: Float32Array
  /** The highest score of each label in any clip of it, which is what alerts; where it was asked for. */
  readonly peaks?: Float32Array
}

/** Where a long run is. */
export interface TrainingProgress {
  readonly phase: 'load' | 'pretrain' | 'cross' | 'finetune' | 'evaluate' | 'export'
  readonly done: number
  readonly total: number
  /** Smoothed; null where the phase has no loss. */
  readonly loss: number | null
  readonly etaS: number
  /** Whether `total` and `etaS` are the most that it can take. */
  readonly atMost?: boolean
}
