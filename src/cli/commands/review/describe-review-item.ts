import { cleanLine } from '../../../core/text/clean-text.ts'
import { judgedPart } from '../../../review/judged-part.ts'
import type { ReviewedItem } from '../../../review/review-store.ts'
import { printLine } from '../../print-line.ts'

export function printReviewItem(item: ReviewedItem, json: boolean | undefined): void {
  printLine(json ? JSON.stringify(item) : describeReviewItem(item))
}

/** One line for people. */
export function describeReviewItem(item: ReviewedItem): string {
  const { id, startedMs, cameraId, reason, label, score, durationMs, current, path } = item
  const said = label === null ? '-' : `${label} ${score === null ? '' : score.toFixed(2)}`
  const judged =
    current === null
      ? 'waits'
      : [current.verdict, current.labels.join('+'), `by ${current.who}`].filter(Boolean).join(' ')
  const when = new Date(startedMs).toISOString().slice(0, 19)
  const seconds = (ms: number) => (ms / 1000).toFixed(1)
  const part = judgedPart(item, current ?? { startMs: null, endMs: null })
  const length = `${seconds(part.startMs)}–${seconds(part.endMs)} of ${seconds(durationMs)} s`
  return cleanLine(
    [
      id.slice(0, 12),
      when,
      cameraId.padEnd(12),
      reason.padEnd(12),
      said.padEnd(16),
      length,
      judged,
      path,
    ].join('  '),
  )
}
