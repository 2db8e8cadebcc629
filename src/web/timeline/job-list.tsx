import { useSignal } from '@preact/signals'
import { addressOf } from '../api/address.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { Icon } from '../pieces/icon.tsx'
import { useEvery } from '../pieces/use-every.ts'
import { formatBytes, formatDateTime } from '../text/format.ts'
import { dropJob, fetchJobs, type Job } from './jobs.ts'
import { text } from './text.ts'

const pollMs = 700
const tones = { waiting: 'neutral', running: 'info', done: 'good', failed: 'critical' } as const

/** Exports that were begun, with how far they are and their files. */
export function JobList({ renewed }: { renewed: number }) {
  const t = text.value
  const jobs = useSignal<readonly Job[]>([])
  const load = async () => {
    try {
      jobs.value = (await fetchJobs()).filter(({ kind }) => kind === 'export')
    } catch {
      // It is asked again soon.
    }
  }
  useEvery(pollMs, load, [renewed])
  if (jobs.value.length === 0) return null
  return (
    <section class="timeline-job">
      <h3>{t.jobs}</h3>
      {jobs.value.map((job) => (
        <div key={job.id} class="card timeline-job">
          <span>
            <Badge tone={tones[job.state]}>{t[job.state]}</Badge> {job.cameras.join(', ')} ·{' '}
            <span class="numbers">{formatDateTime(job.from)}</span>
          </span>
          {job.state === 'running' && <progress value={job.progress} aria-label={t.progress} />}
          {job.problem && <span class="field-problem">{job.problem.message}</span>}
          <span class="button-row">
            {job.file && (
              <a
                class="button is-primary"
                href={addressOf(`/api/v1/exports/${job.id}/media`)}
                download={job.file.name}
              >
                <Icon name="download" /> <span>{t.download(formatBytes(job.file.bytes))}</span>
              </a>
            )}
            <Button kind="quiet" icon="trash" label={t.remove} onClick={() => dropJob(job.id).then(load)} />
          </span>
        </div>
      ))}
    </section>
  )
}
