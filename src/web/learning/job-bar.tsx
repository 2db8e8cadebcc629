import { useSignal } from '@preact/signals'
import { api, dataOf, problemOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime, formatDuration, formatNumber } from '../text/format.ts'
import { Ask } from './ask.tsx'
import type { Job } from './learning-types.ts'
import { text } from './text.ts'

/** What learns now: phase, progress, and the buttons to hold or end it. */
export function JobBar({ job, onChange }: { job: Job; onChange: () => Promise<void> }) {
  const t = text.value
  const stopping = useSignal(false)
  const post = async (path: '/api/v1/learning/pause' | '/api/v1/learning/continue') => {
    try {
      await dataOf(api.POST(path))
      await onChange()
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    }
  }
  const phase = job.phase === null ? t.preparing : (t.phases[job.phase as keyof typeof t.phases] ?? job.phase)
  const { done, total, etaS, loss } = job
  return (
    <section class="card job" aria-label={t.states[job.state]} role="status">
      <div class="job-head">
        <Badge tone={job.state === 'running' ? 'good' : 'warning'}>{t.states[job.state]}</Badge>
        <strong>{job.model}</strong>
        <span>{phase}</span>
        {loss !== null && (
          <span class="soft numbers">
            {t.loss} {formatNumber(loss, 4)}
          </span>
        )}
        {etaS !== null && etaS > 0 && <span class="soft">{t.left(formatDuration(etaS * 1000))}</span>}
        <span class="soft">{t.startedBy(job.who, formatDateTime(job.startedAt))}</span>
      </div>
      <progress max={Math.max(1, total)} value={total > 0 ? done : undefined} aria-label={phase} />
      {job.paused && <p>{job.paused === 'hand' ? t.pausedHand : t.pausedBusy}</p>}
      {job.notice && <p class="soft">{job.notice}</p>}
      {mayDo('admin') && (
        <div class="button-row">
          {job.paused === 'hand' ? (
            <Button icon="play" onClick={() => post('/api/v1/learning/continue')}>
              {t.goOn}
            </Button>
          ) : (
            <Button icon="pause" onClick={() => post('/api/v1/learning/pause')}>
              {t.pause}
            </Button>
          )}
          <Button
            kind="danger"
            onClick={() => {
              stopping.value = true
            }}
          >
            {t.stop}
          </Button>
        </div>
      )}
      <Ask
        title={t.stopTitle}
        open={stopping.value}
        go={t.stop}
        danger
        onClose={() => {
          stopping.value = false
        }}
        onGo={async () => {
          await dataOf(api.POST('/api/v1/learning/stop'))
          await onChange()
        }}
      >
        <p>{t.stopQuestion}</p>
      </Ask>
    </section>
  )
}
