import { AppError } from '../core/errors.ts'
import type { ReviewFact, ReviewItem } from '../store/tables/review/review-item.ts'
import type { Judgement } from './judgement.ts'

/**
 * The labels and the part of a clip that a judgement gives it.
 *
 * @throws AppError API_BAD_REQUEST naming the field that does not fit the clip
 */
export function checkJudgement(item: ReviewItem, judgement: Judgement) {
  const { verdict, labels: given = [], startMs = null, endMs = null } = judgement
  const refuse = (text: string) => new AppError('API_BAD_REQUEST', `clip ${item.id}: ${text}`)
  if (verdict === 'confirm' && item.label === null)
    throw refuse('the model gave it no label that could be confirmed; give one with relabel')
  if (verdict === 'relabel' && given.length === 0) throw refuse('relabel needs a label')
  if (verdict !== 'relabel' && given.length > 0) throw refuse(`labels go with relabel, not with ${verdict}`)
  if (given.some((label) => label.trim() === '' || label.length > 100))
    throw refuse('a label has 1 to 100 characters')
  const [from, to] = [startMs ?? 0, endMs ?? item.durationMs]
  if (!(from >= 0 && from < to && to <= item.durationMs))
    throw refuse(`the part ${from}–${to} ms is not within its ${item.durationMs} ms`)
  const labels = verdict === 'confirm' ? [item.label!] : [...new Set(given)].sort()
  return { labels, startMs, endMs }
}

/** What came of a judgement of many clips at once. */
export interface BulkJudged {
  /** Takes it back as a whole. */
  readonly bulk: string
  readonly facts: readonly ReviewFact[]
  /** Clips that it does not fit, or that are not in the queue; of them nothing was said. */
  readonly refused: readonly { readonly id: string; readonly message: string }[]
}

export interface BulkUndone {
  readonly facts: readonly ReviewFact[]
  /** Clips of which somebody said something else since, or took it back already: they stay as they are. */
  readonly kept: readonly string[]
}

/** What can be said of many clips and what cannot, one by one: of those that do not fit nothing is said. */
export function judgeEach(
  ids: readonly string[],
  judgement: Judgement,
  get: (id: string) => ReviewItem | null,
): { fits: Omit<ReviewFact, 'seq' | 'atMs'>[]; refused: { id: string; message: string }[] } {
  const refused: { id: string; message: string }[] = []
  const fits = [...new Set(ids)].flatMap((id) => {
    const item = get(id)
    try {
      if (item === null) throw new AppError('API_NOT_FOUND', `there is no clip ${id} in the review queue`)
      const said = checkJudgement(item, judgement)
      const { verdict, who } = judgement
      return [{ ...said, itemId: id, verdict, undoes: null, who }]
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      refused.push({ id, message: thrown.message })
      return []
    }
  })
  return { fits, refused }
}
