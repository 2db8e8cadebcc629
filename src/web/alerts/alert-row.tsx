import { addressOf } from '../api/address.ts'
import { Badge } from '../pieces/badge.tsx'
import { Icon } from '../pieces/icon.tsx'
import { formatPercent, formatRelative, formatTime } from '../text/format.ts'
import { wordFor } from '../text/words.ts'
import { type Alert, hasClip, isOpen, startedMs } from './alert.ts'
import { text } from './text.ts'

export const severityTone = { info: 'info', warning: 'warning', critical: 'critical' } as const

/** One alert of the list: its picture, what, where and when. */
export function AlertRow(props: { alert: Alert; chosen: boolean; nowMs: number; onChoose: () => void }) {
  const { alert, chosen, nowMs, onChoose } = props
  const t = text.value
  const { alertId, label = '', severity = 'info', cameraId, zone, score = 0, reviewed } = alert
  const atMs = startedMs(alert)
  return (
    <button type="button" class="alert-row" aria-current={chosen} onClick={onChoose}>
      <span class="alert-picture">
        {hasClip(alert) && (
          <img src={addressOf(`/api/v1/clips/${alertId}/thumbnail`)} alt="" loading="lazy" decoding="async" />
        )}
      </span>
      <span class="alert-words">
        <span class="alert-line">
          <strong>{wordFor(label)}</strong>
          <Badge tone={severityTone[severity]}>{t[severity]}</Badge>
          {isOpen(alert) && (
            <Badge tone="critical">
              <span class="alert-pulse" /> {t.open}
            </Badge>
          )}
        </span>
        <span class="alert-line soft">
          {cameraId}
          {zone && ` · ${zone}`}
          {reviewed && (
            <span class="alert-reviewed" title={t.reviewedYes}>
              <Icon name="check" />
              <span class="visually-hidden">{t.reviewedYes}</span>
            </span>
          )}
        </span>
        <span class="alert-line soft numbers">
          <time dateTime={alert.startedAt ?? ''}>
            {formatTime(atMs)} · {formatRelative(atMs, nowMs)}
          </time>
          <span class="alert-score">{t.score(formatPercent(score))}</span>
        </span>
      </span>
    </button>
  )
}
