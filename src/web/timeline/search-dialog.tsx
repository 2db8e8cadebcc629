import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { addressOf } from '../api/address.ts'
import { api, dataOf, problemOf } from '../api/client.ts'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { SelectField } from '../pieces/field.tsx'
import { useEvery } from '../pieces/use-every.ts'
import { formatDateTime, formatDuration } from '../text/format.ts'
import { isActive, type Job, startSearch } from './jobs.ts'
import { text } from './text.ts'

const whole = { x: 0, y: 0, width: 1, height: 1 }
const hours = [1, 3, 6, 12, 24] as const
const pollMs = 500

/** Where something moved in a part of the picture, over hours. */
export function SearchDialog(props: {
  camera: string
  atMs: number
  onSeek: (atMs: number) => void
  onClose: () => void
}) {
  const { camera, atMs, onSeek, onClose } = props
  const t = text.value
  const area = useSignal(whole)
  const back = useSignal('1')
  const job = useSignal<Job | null>(null)
  const problem = useSignal<string | null>(null)
  const begin = async () => {
    try {
      const toMs = Date.now()
      job.value = await startSearch(
        { fromMs: toMs - Number(back.value) * 3_600_000, toMs },
        camera,
        area.value,
      )
      problem.value = null
    } catch (thrown) {
      problem.value = problemOf(thrown).message
    }
  }
  useEvery(pollMs, async () => {
    if (!job.value || !isActive(job.value)) return
    try {
      job.value = await dataOf(api.GET('/api/v1/exports/{id}', { params: { path: { id: job.value.id } } }))
    } catch (thrown) {
      problem.value = problemOf(thrown).message
      job.value = null
    }
  })
  const now = job.value
  const active = now !== null && isActive(now)
  return (
    <Dialog
      title={t.searchTitle}
      open
      wide
      onClose={onClose}
      actions={
        <Button kind="primary" icon="search" busy={active} onClick={begin}>
          {t.searchStart}
        </Button>
      }
    >
      <div class="form">
        <p class="soft">{t.searchLead}</p>
        <AreaPicture
          camera={camera}
          atMs={atMs}
          area={area.value}
          onArea={(next) => {
            area.value = next
          }}
        />
        <div class="span-row">
          <SelectField
            label={t.hours}
            value={back.value}
            choices={hours.map((count) => ({ value: String(count), label: t.hour(count) }))}
            onValue={(value) => {
              back.value = value
            }}
          />
          <Button
            onClick={() => {
              area.value = whole
            }}
          >
            {t.wholePicture}
          </Button>
        </div>
        {problem.value && (
          <p class="field-problem" role="alert">
            {problem.value}
          </p>
        )}
        {now && (
          <section class="timeline-job" aria-live="polite">
            {active && <progress value={now.progress} aria-label={t.progress} />}
            {now.problem && <p class="field-problem">{now.problem.message}</p>}
            <p>{now.state === 'done' && now.hits.length === 0 ? t.nothingFound : t.found(now.hits.length)}</p>
            <ul class="hits">
              {now.hits.map(({ from, to }) => (
                <li key={from}>
                  <button
                    type="button"
                    class="link numbers"
                    onClick={() => {
                      onSeek(Date.parse(from))
                      onClose()
                    }}
                  >
                    {formatDateTime(from)} · {formatDuration(Date.parse(to) - Date.parse(from))}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Dialog>
  )
}

type Area = typeof whole

/** A picture of the moment, on which an area is drawn by pulling. */
function AreaPicture(props: { camera: string; atMs: number; area: Area; onArea: (area: Area) => void }) {
  const { camera, atMs, area, onArea } = props
  const box = useRef<HTMLDivElement>(null)
  const start = useRef<{ x: number; y: number } | null>(null)
  const failed = useSignal(false)
  const at = encodeURIComponent(new Date(Math.floor(atMs / 1000) * 1000).toISOString())
  const place = (event: PointerEvent) => {
    const { left, top, width, height } = box.current!.getBoundingClientRect()
    const share = (value: number) => Math.min(1, Math.max(0, value))
    return { x: share((event.clientX - left) / width), y: share((event.clientY - top) / height) }
  }
  if (failed.value) return <p class="soft">{text.value.noPicture}</p>
  return (
    <div
      ref={box}
      class="area"
      onPointerDown={(event) => {
        start.current = place(event)
        box.current!.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (!start.current) return
        const [a, b] = [start.current, place(event)]
        const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
        onArea({
          x,
          y,
          width: Math.max(0.02, Math.abs(a.x - b.x)),
          height: Math.max(0.02, Math.abs(a.y - b.y)),
        })
      }}
      onPointerUp={() => {
        start.current = null
      }}
    >
      <img
        src={addressOf(`/api/v1/cameras/${camera}/recording/picture?at=${at}`)}
        alt=""
        draggable={false}
        onError={() => {
          failed.value = true
        }}
      />
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        <rect
          x={area.x}
          y={area.y}
          width={Math.min(area.width, 1 - area.x)}
          height={Math.min(area.height, 1 - area.y)}
        />
      </svg>
    </div>
  )
}
