import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Link } from 'wouter-preact'
import { addressOf } from '../api/address.ts'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { mayDo } from '../api/standing.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { ClipPlayer } from '../player/clip-player.tsx'
import { formatDateTime, formatDuration } from '../text/format.ts'
import { wordFor } from '../text/words.ts'
import { type Alert, hasClip, isOpen, startedMs } from './alert.ts'
import { severityTone } from './alert-row.tsx'
import { type Evidence, fetchEvidence } from './evidence.ts'
import { Judge } from './judge.tsx'
import { text } from './text.ts'
import { WhyFired } from './why-fired.tsx'

interface AlertViewProps {
  readonly alertId: string
  /** As the list has it: shown until it is read. */
  readonly known?: Alert
  readonly onChanged: (alert: Alert) => void
  readonly onClose: () => void
}

/** One alert: its clip, whether it is right, and why it fired. */
export function AlertView({ alertId, known, onChanged, onClose }: AlertViewProps) {
  const t = text.value
  const alert = useSignal<Alert | null>(known ?? null)
  const problem = useSignal<ApiProblem | null>(null)
  const evidence = useSignal<Evidence | null>(null)
  const atS = useSignal(0)
  const path = { params: { path: { alertId } } }
  const sha = alert.value?.clip?.sha256
  useEffect(() => {
    dataOf(api.GET('/api/v1/alerts/{alertId}', path)).then(
      (found) => {
        alert.value = found
      },
      (thrown) => {
        problem.value = problemOf(thrown)
      },
    )
    return onEvent('alert', (data) => {
      if ((data as Alert).alertId === alertId) alert.value = data as Alert
    })
  }, [alertId])
  useEffect(() => {
    void fetchEvidence(alertId).then((found) => {
      evidence.value = found
    })
  }, [alertId, sha])
  const shown = alert.value
  if (!shown)
    return problem.value ? <EmptyState problem title={t.notFound} /> : <EmptyState busy title={t.loading} />
  const { label = '', severity = 'info', cameraId, clip } = shown
  const at = encodeURIComponent(shown.startedAt ?? '')
  return (
    <article class="alert-view" aria-label={wordFor(label)}>
      <header class="alert-head">
        <Button kind="quiet" icon="left" label={t.back} keyName="Esc" onClick={onClose} />
        <div class="alert-title">
          <h2>
            {wordFor(label)} <Badge tone={severityTone[severity]}>{t[severity]}</Badge>{' '}
            {isOpen(shown) && <Badge tone="critical">{t.open}</Badge>}
          </h2>
          <p class="soft numbers">
            <Link href={`/live/${cameraId}`}>{cameraId}</Link> · {formatDateTime(startedMs(shown))}
          </p>
        </div>
        {clip && (
          <Link class="button" href={`/review/${alertId}`}>
            {t.review}
          </Link>
        )}
        <Link class="button" href={`/timeline/${cameraId}?at=${at}`}>
          {t.timeline}
        </Link>
      </header>
      {clip && hasClip(shown) ? (
        <ClipPlayer
          src={addressOf(`/api/v1/clips/${alertId}/media`)}
          poster={addressOf(`/api/v1/clips/${alertId}/thumbnail`)}
          durationMs={clip.durationMs}
          preRollMs={clip.preRollMs ?? 0}
          downloadName={`${cameraId}_${(shown.startedAt ?? '').slice(0, 19).replaceAll(':', '-')}.mp4`}
          boxes={evidence.value?.boxes ?? []}
          onTime={(seconds) => {
            atS.value = seconds
          }}
        />
      ) : (
        <p class="alert-no-clip nothing soft">
          {clip?.removedReason ? t.clipRemoved(clip.removedReason) : isOpen(shown) ? t.clipComing : t.noClip}
        </p>
      )}
      {clip && mayDo('operator') && (
        <Judge alertId={alertId} onSaid={(reviewed) => onChanged({ ...shown, reviewed })} />
      )}
      <WhyFired alert={shown} evidence={evidence.value} atS={atS} />
      <Facts alert={shown} />
    </article>
  )
}

function Facts({ alert }: { alert: Alert }) {
  const t = text.value
  const { rule, modelName, modelVersion, detector, configHash, zone, endReason, lastAt } = alert
  const untilMs = isOpen(alert) ? Date.now() : Date.parse(lastAt ?? alert.startedAt ?? '')
  const lastedMs = Math.max(0, untilMs - startedMs(alert)) || 0
  const ended = endReason ? (t[endReason as 'cleared'] ?? endReason) : null
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    [t.rule, rule],
    [t.model, modelName],
    [t.version, modelVersion],
    [t.detector, detector],
    [t.zone, zone],
    [t.lasted, formatDuration(lastedMs)],
    [t.endReason, ended],
    [t.configuration, configHash],
  ]
  return (
    <dl class="facts">
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
