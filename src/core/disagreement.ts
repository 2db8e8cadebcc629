/** A live clip of which the live version and its shadow thought differently: worth a look by a person. */
export interface Disagreement {
  readonly cameraId: string
  readonly epoch: number
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
  readonly liveVersion: string
  readonly shadowVersion: string
  /** Labels over their thresholds, by version. */
  readonly liveLabels: readonly string[]
  readonly shadowLabels: readonly string[]
  /** Largest difference of a label's scores, its label (empty: the versions have none in common), and both scores. */
  readonly difference: number
  readonly label: string
  readonly liveScore: number
  readonly shadowScore: number
}
