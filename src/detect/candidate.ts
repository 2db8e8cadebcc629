/** A box in pixels of the detector's input, before suppression. */
export interface Candidate {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Column of the labels. */
  readonly label: number
  readonly score: number
  /** In pixels of the input, for heads that find bodies. */
  readonly keypoints?: readonly { readonly x: number; readonly y: number; readonly score: number }[]
}

/** Gives every candidate at or above the least score to `take`. Values that are no numbers never pass. */
export type CandidateReader = (values: Float32Array, take: (candidate: Candidate) => void) => void
