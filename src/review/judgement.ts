import type { Verdict } from '../core/text/review-words.ts'

/** What somebody says of a clip. */
export interface Judgement {
  readonly verdict: Verdict
  /** For relabel: one or more. */
  readonly labels?: readonly string[]
  /** Milliseconds from the clip's beginning. */
  readonly startMs?: number
  readonly endMs?: number
  readonly who: string
}
