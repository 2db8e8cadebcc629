import { addressOf } from '../api/address.ts'
import { Badge } from '../pieces/badge.tsx'
import { VirtualList } from '../pieces/virtual-list.tsx'
import { formatDateTime, formatPercent, formatShortTime } from '../text/format.ts'
import { wordFor, wordsFor } from '../text/words.ts'
import type { ReviewItem } from './review-types.ts'
import { text } from './text.ts'

/** The clips beside each other as rows: a picture, what the model said, and a box to choose several. */
export function QueueList(props: {
  items: readonly ReviewItem[]
  at: number
  /** Null: whoever looks may not judge, so nothing is chosen. */
  chosen: ReadonlySet<string> | null
  onGo: (at: number) => void
  onChoose: (id: string, shift: boolean) => void
  onEnd: () => void
}) {
  const { items, at, chosen, onGo, onChoose, onEnd } = props
  const t = text.value
  return (
    <VirtualList
      count={items.length}
      rowHeightPx={64}
      label={t.queue}
      chosen={at}
      keyOf={(index) => items[index]!.id}
      onEnd={onEnd}
      row={(index) => {
        const item = items[index]!
        const { id, cameraId, startedAt, label, score, reason, current } = item
        return (
          <div class={`queue-row${index === at ? ' is-here' : ''}`}>
            {chosen && (
              <input
                type="checkbox"
                checked={chosen.has(id)}
                aria-label={`${t.chooseClip}: ${t.clipAt(cameraId, formatDateTime(startedAt))}`}
                title={t.chooseClip}
                onClick={(event) => {
                  event.preventDefault()
                  onChoose(id, event.shiftKey)
                }}
              />
            )}
            <button
              type="button"
              class="queue-open"
              aria-current={index === at ? 'true' : undefined}
              onClick={(event) => (chosen && event.shiftKey ? onChoose(id, true) : onGo(index))}
            >
              <img
                src={addressOf(`/api/v1/review/${id}/thumbnail`)}
                alt=""
                loading="lazy"
                width={80}
                height={45}
              />
              <span class="queue-words">
                <span class="queue-label">
                  {label === null ? t.noLabel : wordFor(label)}
                  {score !== null && <span class="numbers soft"> {formatPercent(score)}</span>}
                </span>
                <span class="queue-where soft" title={t.clipAt(cameraId, formatDateTime(startedAt))}>
                  <time dateTime={startedAt}>{formatShortTime(startedAt, Date.now())}</time> · {cameraId}
                </span>
              </span>
              {current && current.verdict !== 'skip' ? (
                <Badge tone={current.verdict === 'unsure' ? 'neutral' : 'good'}>
                  {wordsFor(current.labels) || t.verdicts[current.verdict]}
                </Badge>
              ) : (
                <Badge tone={reason === 'alert' ? 'warning' : 'info'}>{t.reasons[reason]}</Badge>
              )}
            </button>
          </div>
        )
      }}
    />
  )
}
