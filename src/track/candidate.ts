import type { BoxPx, Detection } from '../core/detection.ts'
import type { BoxFilter } from './box-filter.ts'

/** What the tracker keeps of one object. */
export interface Candidate {
  readonly serial: number
  readonly label: string
  filter: BoxFilter
  score: number
  hits: number
  confirmed: boolean
  readonly firstPtsUs: number
  seenPtsUs: number
  /** The filtered box where it was detected last. */
  lastBox: BoxPx
  /** Of the detection that was taken for it last. */
  keypoints: Detection['keypoints']
}
