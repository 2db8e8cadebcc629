import { AppError } from '../core/errors.ts'
import type { ReviewItem } from '../store/tables/review/review-item.ts'
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
