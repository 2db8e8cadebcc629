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
}

/** Where a long run is. */
export interface TrainingProgress {
  readonly phase: 'load' | 'pretrain' | 'finetune' | 'evaluate' | 'export'
  readonly done: number
  readonly total: number
  /** Smoothed; null where the phase has no loss. */
  readonly loss: number | null
  readonly etaS: number
}
