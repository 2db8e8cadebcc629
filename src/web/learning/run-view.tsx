import { addressOf } from '../api/address.ts'
import { api, dataOf, problemOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { Curve } from '../pieces/curve/curve.tsx'
import { Loading } from '../pieces/loading.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime } from '../text/format.ts'
import { JudgedView } from './judged-view.tsx'
import type { RunDetail } from './learning-types.ts'
import { text } from './text.ts'

const liveMs = 2000

/** One run: its curves while it goes on, what pretraining paints, and how it was judged. */
export function RunView({
  id,
  active,
  onChange,
}: {
  id: string
  active: boolean
  onChange: () => Promise<void>
}) {
  const t = text.value
  const path = { id }
  const run = useLoaded(() => dataOf(api.GET('/api/v1/runs/{id}', { params: { path } })), {
    on: [id],
    event: 'learning',
    everyMs: active ? liveMs : 0,
  })
  if (!run.value.value) return <Loading of={run} />
  const detail = run.value.value
  const goOn = async () => {
    try {
      await dataOf(api.POST('/api/v1/runs/{id}/continue', { params: { path } }))
      await onChange()
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    }
  }
  return (
    <div class="run-view">
      <div class="run-title">
        <h2>
          {detail.model} {detail.version}
        </h2>
        {detail.result && (
          <Badge tone={detail.result === 'refused' ? 'critical' : 'good'}>{t.results[detail.result]}</Badge>
        )}
        <span class="soft">{formatDateTime(detail.startedAt)}</span>
        {detail.report && (
          <a href={addressOf(detail.report)} target="_blank" rel="noreferrer">
            {t.report}
          </a>
        )}
        {detail.state === 'stopped' && mayDo('admin') && (
          <Button icon="play" onClick={goOn}>
            {t.goOn}
          </Button>
        )}
      </div>
      <Curves curves={detail.curves} />
      {detail.pictures.length > 0 && (
        <section class="card">
          <h3>{t.painted}</h3>
          {detail.pictures.map((picture, at) => (
            <img
              key={picture}
              class="painted"
              src={addressOf(picture)}
              alt={t.paintedAlt(at + 1)}
              loading="lazy"
            />
          ))}
        </section>
      )}
      {detail.judged ? <JudgedView judged={detail.judged} /> : <p class="soft">{t.notJudged}</p>}
    </div>
  )
}

function Curves({ curves: { finetune, pretrain } }: Pick<RunDetail, 'curves'>) {
  const t = text.value
  const { steps, epochs } = finetune
  const x = [...new Set([...steps, ...epochs].map(({ step }) => step))].sort((a, b) => a - b)
  const at = <T extends { step: number }>(points: readonly T[], value: (point: T) => number | null) => {
    const known = new Map(points.map((point) => [point.step, value(point)]))
    return x.map((step) => known.get(step) ?? null)
  }
  return (
    <>
      {x.length > 0 && (
        <section class="card">
          <h3>{t.curve}</h3>
          <Curve
            label={`${t.curve}: ${steps.at(-1)?.loss ?? ''}`}
            x={x}
            xName={t.step}
            lines={[
              { label: t.loss, values: at(steps, ({ loss }) => loss) },
              {
                label: t.validationLoss,
                values: at(epochs, ({ validationLoss }) => validationLoss),
                colour: 2,
                dots: true,
              },
              {
                label: t.accuracy,
                values: at(epochs, ({ accuracy }) => accuracy),
                colour: 3,
                right: true,
                dots: true,
              },
            ]}
          />
        </section>
      )}
      {pretrain.length > 0 && (
        <section class="card">
          <h3>{t.pretraining}</h3>
          <Curve
            label={t.pretraining}
            x={pretrain.map(({ step }) => step)}
            xName={t.step}
            lines={[
              { label: t.masked, values: pretrain.map(({ masked }) => masked), dots: true },
              { label: t.nextFrame, values: pretrain.map(({ next }) => next), colour: 2, dots: true },
            ]}
          />
        </section>
      )}
    </>
  )
}
