import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { useLocation, useParams, useSearch } from 'wouter-preact'
import { cameras, loadCameras } from '../api/cameras.ts'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { AddFirstCamera } from '../app/add-first-camera.tsx'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { useShortcuts } from '../pieces/shortcuts.ts'
import { useEvery } from '../pieces/use-every.ts'
import { ExportDialog } from './export-dialog.tsx'
import { localTime } from './local-time.ts'
import { SearchDialog } from './search-dialog.tsx'
import { SegmentPlayer } from './segment-player.tsx'
import { text } from './text.ts'
import { TimeBand } from './time-band.tsx'
import { reveal, type TimeWindow, zoom } from './time-window.ts'
import { neighbour, rangeFor, segmentAt, segmentsOf, type Timeline } from './timeline-data.ts'
import { WhyPanel } from './why-panel.tsx'
import './timeline.css'

const [firstSpanMs, closeSpanMs] = [30 * 60_000, 10 * 60_000]
const refreshMs = 10_000

/** One camera over time: its recordings to look at, with motion and alerts beside them. */
export function Page() {
  const t = text.value
  const { camera: named } = useParams<{ camera?: string }>()
  const at = new URLSearchParams(useSearch()).get('at')
  const [, go] = useLocation()
  const asked = useSignal(false)
  useEffect(
    () =>
      void loadCameras().then(() => {
        asked.value = true
      }),
    [],
  )
  const camera = named ?? cameras.value[0]?.id
  if (camera === undefined)
    return asked.value ? (
      <EmptyState title={t.noCameras}>
        <AddFirstCamera />
      </EmptyState>
    ) : (
      <EmptyState busy title={t.title} />
    )
  return (
    <CameraTimeline
      key={camera}
      camera={camera}
      at={at === null || Number.isNaN(Date.parse(at)) ? null : Date.parse(at)}
      onCamera={(id) => go(`/timeline/${id}`)}
    />
  )
}

interface CameraTimelineProps {
  readonly camera: string
  readonly at: number | null
  readonly onCamera: (id: string) => void
}

function CameraTimeline({ camera, at, onCamera }: CameraTimelineProps) {
  const t = text.value
  const startMs = at ?? Date.now() - 60_000
  const window = useSignal<TimeWindow>({
    fromMs: at === null ? startMs - firstSpanMs * 0.9 : at - closeSpanMs / 2,
    spanMs: at === null ? firstSpanMs : closeSpanMs,
  })
  const timeline = useSignal<Timeline | null>(null)
  const loading = useSignal(true)
  const refused = useSignal<ApiProblem | null>(null)
  const headMs = useSignal(startMs)
  const wanted = useSignal({ atMs: startMs })
  const open = useSignal<'export' | 'search' | null>(null)
  const whyOpen = useSignal(at !== null)
  const load = async () => {
    const { fromMs, toMs } = rangeFor(window.value, Date.now())
    const query = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }
    try {
      const answer = api.GET('/api/v1/cameras/{id}/timeline', { params: { path: { id: camera }, query } })
      timeline.value = await dataOf(answer)
      refused.value = null
    } catch (thrown) {
      // What is shown stays where the server did not answer: it is asked again soon.
      const problem = problemOf(thrown)
      if (problem.code !== 'OFFLINE') refused.value = problem
    }
    loading.value = false
  }
  const { fromMs, spanMs } = window.value
  useEffect(() => {
    const rest = setTimeout(load, timeline.value ? 200 : 0)
    return () => clearTimeout(rest)
  }, [camera, fromMs, spanMs])
  useEvery(refreshMs, () => {
    if (window.value.fromMs + window.value.spanMs > Date.now() - refreshMs) void load()
  })
  const segments = useMemo(() => segmentsOf(timeline.value), [timeline.value])
  const seek = (atMs: number) => {
    headMs.value = atMs
    wanted.value = { atMs }
    window.value = reveal(window.value, atMs)
  }
  useEffect(() => {
    if (at !== null) seek(at)
    whyOpen.value = at !== null
  }, [at])
  const toAlert = (by: 1 | -1) => {
    const mark = neighbour(timeline.value?.alerts ?? [], headMs.value, by)
    if (mark) seek(Date.parse(mark.from))
  }
  const zoomBy = (factor: number) => {
    const share = (headMs.value - fromMs) / spanMs
    window.value = zoom(window.value, factor, share >= 0 && share <= 1 ? share : 0.5)
  }
  useShortcuts('here', () => [
    { keys: 'ArrowLeft', label: t.back, repeats: true, run: () => seek(headMs.value - 5000) },
    { keys: 'ArrowRight', label: t.forward, repeats: true, run: () => seek(headMs.value + 5000) },
    { keys: 'Shift+ArrowLeft', label: t.minuteBack, repeats: true, run: () => seek(headMs.value - 60_000) },
    {
      keys: 'Shift+ArrowRight',
      label: t.minuteForward,
      repeats: true,
      run: () => seek(headMs.value + 60_000),
    },
    { keys: 'n', label: t.nextAlert, repeats: true, run: () => toAlert(1) },
    { keys: 'p', label: t.previousAlert, repeats: true, run: () => toAlert(-1) },
    { keys: '+ =', label: t.zoomIn, repeats: true, run: () => zoomBy(0.5) },
    { keys: '-', label: t.zoomOut, repeats: true, run: () => zoomBy(2) },
  ])
  const there = segmentAt(segments, headMs.value) !== null
  return (
    <div class="timeline">
      <header class="page-head">
        <h1>{t.title}</h1>
        <label class="timeline-field">
          <span class="visually-hidden">{t.camera}</span>
          <select value={camera} onChange={({ currentTarget }) => onCamera(currentTarget.value)}>
            {[...new Set([camera, ...cameras.value.map(({ id }) => id)])].map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
        <label class="timeline-field">
          <span class="visually-hidden">{t.jump}</span>
          <input
            type="datetime-local"
            step={1}
            value={localTime(headMs.value)}
            onChange={({ currentTarget: { value } }) => value !== '' && seek(new Date(value).getTime())}
          />
        </label>
        <Button
          onClick={() => {
            window.value = { spanMs, fromMs: Date.now() - spanMs * 0.95 }
            seek(Date.now() - 15_000)
          }}
        >
          {t.now}
        </Button>
        {mayDo('operator') && (
          <Button
            icon="download"
            onClick={() => {
              open.value = 'export'
            }}
          >
            {t.exportSpan}
          </Button>
        )}
        {mayDo('operator') && (
          <Button
            icon="search"
            onClick={() => {
              open.value = 'search'
            }}
          >
            {t.search}
          </Button>
        )}
      </header>
      <div class="timeline-body">
        {refused.value ? (
          <p class="timeline-nothing nothing soft" role="alert">
            {refused.value.message}
          </p>
        ) : there || loading.value ? (
          <SegmentPlayer
            camera={camera}
            segments={segments}
            wanted={wanted.value}
            onMoment={(atMs) => {
              headMs.value = atMs
              window.value = reveal(window.value, atMs)
            }}
          />
        ) : (
          <p class="timeline-nothing nothing soft">{t.nothing}</p>
        )}
        <section class="card timeline-band">
          <div class="timeline-tools">
            <span class="timeline-legend">
              <i class="is-alerts" /> {t.alerts} <i class="is-motion" /> {t.motion} <i class="is-footage" />{' '}
              {t.recorded}
            </span>
            <Button
              kind="quiet"
              icon="left"
              label={t.previousAlert}
              keyName="p"
              onClick={() => toAlert(-1)}
            />
            <Button kind="quiet" icon="right" label={t.nextAlert} keyName="n" onClick={() => toAlert(1)} />
            <Button kind="quiet" icon="minus" label={t.zoomOut} keyName="-" onClick={() => zoomBy(2)} />
            <Button kind="quiet" icon="plus" label={t.zoomIn} keyName="+" onClick={() => zoomBy(0.5)} />
          </div>
          <TimeBand
            camera={camera}
            window={window.value}
            timeline={timeline.value}
            headMs={headMs.value}
            onWindow={(next) => {
              window.value = next
            }}
            onSeek={seek}
          />
        </section>
        <details
          class="card"
          open={whyOpen.value}
          onToggle={({ currentTarget }) => {
            whyOpen.value = currentTarget.open
          }}
        >
          <summary>{t.why}</summary>
          <WhyPanel camera={camera} atMs={headMs.value} open={whyOpen.value} />
        </details>
      </div>
      {open.value === 'export' && (
        <ExportDialog
          camera={camera}
          atMs={headMs.value}
          onClose={() => {
            open.value = null
          }}
        />
      )}
      {open.value === 'search' && (
        <SearchDialog
          camera={camera}
          atMs={headMs.value}
          onSeek={seek}
          onClose={() => {
            open.value = null
          }}
        />
      )}
    </div>
  )
}
