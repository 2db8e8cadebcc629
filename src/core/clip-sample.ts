/** Why a clip that no alert has is worth a person's look. */
export const sampleReasons = ['uncertain', 'disagreement', 'anomaly', 'random'] as const
export type SampleReason = (typeof sampleReasons)[number]

/** A moment of a camera that was chosen for review. Its recording is a clip with the same id. */
export interface ClipSample {
  /** As unique as the id of an alert, and of the same form. */
  readonly sampleId: string
  readonly cameraId: string
  readonly reason: SampleReason
  /** The label that a person could confirm; null where the model named none. */
  readonly label: string | null
  readonly score: number | null
  readonly modelName: string
  readonly modelVersion: string
  /** Why it was chosen, with figures, for people. */
  readonly explanation: string
  /** What the model said, the highest first. */
  readonly scores: readonly { readonly label: string; readonly score: number }[]
  /** The track that the model looked at; null: the whole picture. */
  readonly trackId: string | null
  /** Wall clock of the first and last frame that the model saw, milliseconds since the Unix epoch. */
  readonly startedMs: number
  readonly lastMs: number
}

/** Where the frames of a sample are in the stream of its camera. */
export interface SampleMoment {
  readonly epoch: number
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
  /** The track that it is about. Absent: the whole picture. */
  readonly trackId?: string
}
