import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Link } from 'wouter-preact'
import { api, dataOf } from '../api/client.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Badge, type Tone } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { Loading } from '../pieces/loading.tsx'
import { formatDateTime, formatPercent } from '../text/format.ts'
import type { Job, RunEntry } from './learning-types.ts'
import { RunView } from './run-view.tsx'
import { text } from './text.ts'

const tones = { live: 'good', shadow: 'info', registered: 'neutral', refused: 'critical' } as const
const toneOf = ({ state, result }: RunEntry): Tone =>
  result
    ? tones[result]
    : state === 'running'
      ? 'good'
      : state === 'paused' || state === 'stopped'
        ? 'warning'
        : 'neutral'

/** The runs, the newest first, and the one that is chosen. */
export function RunsTab(props: { chosen: string | null; job: Job | null; onChange: () => Promise<void> }) {
  const { chosen, job, onChange } = props
  const t = text.value
  const older = useSignal<readonly RunEntry[]>([])
  const cursor = useSignal<string | null>(null)
  const first = useLoaded(() => dataOf(api.GET('/api/v1/runs', { params: { query: { limit: 30 } } })), {
    on: [job?.run, job?.state],
    event: 'learning',
  })
  const page = first.value.value
  useEffect(() => {
    if (older.value.length === 0) cursor.value = page?.next ?? null
  }, [page])
  const more = async () => {
    const next = await dataOf(
      api.GET('/api/v1/runs', { params: { query: { limit: 30, cursor: cursor.value! } } }),
    )
    older.value = [...older.value, ...next.runs]
    cursor.value = next.next
  }
  if (!page) return <Loading of={first} />
  const runs = [...page.runs, ...older.value]
  if (runs.length === 0) return <EmptyState title={t.noRuns} />
  const shown = chosen ?? runs[0]!.id
  return (
    <div class="learning-split">
      <nav class="learning-list" aria-label={t.runs}>
        {runs.map((run) => (
          <Link
            key={run.id}
            href={`/learning/${run.id}`}
            class={`learning-row${run.id === shown ? ' is-here' : ''}`}
            aria-current={run.id === shown ? 'true' : undefined}
          >
            <span>
              <strong>
                {run.model} {run.version}
              </strong>
              <Badge tone={toneOf(run)}>{run.result ? t.results[run.result] : t.states[run.state]}</Badge>
            </span>
            <span class="soft">
              {formatDateTime(run.startedAt)}
              {run.macroF1 !== null && ` · F1 ${formatPercent(run.macroF1)}`}
            </span>
          </Link>
        ))}
        {cursor.value !== null && <Button onClick={more}>{t.more}</Button>}
      </nav>
      <RunView
        key={shown}
        id={shown}
        active={job !== null && job.state !== 'ended' && job.run === shown}
        onChange={onChange}
      />
    </div>
  )
}
