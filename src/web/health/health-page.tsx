import { mayDo } from '../api/standing.ts'
import { Loading } from '../pieces/loading.tsx'
import { useEvery } from '../pieces/use-every.ts'
import { formatTime } from '../text/format.ts'
import { CameraTable } from './camera-table.tsx'
import { DeliveryCard } from './delivery-card.tsx'
import { FigureCards } from './figure-cards.tsx'
import { load, problem, shown } from './health-store.ts'
import { LogTail } from './log-tail.tsx'
import { ModelTable } from './model-table.tsx'
import { text } from './text.ts'
import './health.css'

/** How the process is doing: cameras, figures of the last hour, models, receivers, the log. */
export function Page() {
  const t = text.value
  useEvery(5000, load)
  const now = shown.value
  if (!now) return <Loading of={{ problem, load }} title={t.loading} />
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
        <span class="soft numbers">{t.asOf(formatTime(now.health.at))}</span>
        {problem.value && <span class="field-problem">{problem.value.message}</span>}
      </header>
      <div class="page-body health">
        <FigureCards shown={now} />
        <CameraTable shown={now} />
        <ModelTable models={now.health.models} />
        <DeliveryCard sinks={now.status.sinks} />
        {mayDo('operator') && <LogTail />}
      </div>
    </>
  )
}
