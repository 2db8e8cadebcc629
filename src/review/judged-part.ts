import type { Verdict } from '../core/text/review-words.ts'
import type { ReviewFact, ReviewItem } from '../store/tables/review/review-item.ts'

/** Verdicts that say what a clip shows: datasets are made of them, and their footage is kept. */
export const labellingVerdicts: readonly (Verdict | 'undo')[] = ['confirm', 'reject', 'relabel']

/**
 * The part of a clip that a judgement is about: what the person gave, else the part for which the model said it. The
 * pre-roll and post-roll around it show what was before and after, and do not teach what was said. It always lies
 * within the clip; where nothing of it would be left, it is all of the clip.
 */
export function judgedPart(
  { durationMs, saidFromMs, saidToMs }: Pick<ReviewItem, 'durationMs' | 'saidFromMs' | 'saidToMs'>,
  { startMs, endMs }: Pick<ReviewFact, 'startMs' | 'endMs'>,
): { readonly startMs: number; readonly endMs: number } {
  const [from, to] =
    startMs !== null || endMs !== null
      ? [startMs ?? 0, endMs ?? durationMs]
      : [saidFromMs ?? 0, saidToMs ?? durationMs]
  const within = { startMs: Math.max(0, from), endMs: Math.min(to, durationMs) }
  return within.startMs < within.endMs ? within : { startMs: 0, endMs: durationMs }
}

/** What holds of a clip after all that was said: the latest fact that nobody took back; null when there is none. */
export function currentFact(facts: readonly ReviewFact[]): ReviewFact | null {
  const undone = new Set(facts.map(({ undoes }) => undoes))
  return facts.findLast(({ seq, verdict }) => verdict !== 'undo' && !undone.has(seq)) ?? null
}
