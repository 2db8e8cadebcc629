import { useSignal } from '@preact/signals'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'
import { EmptyState } from '../pieces/empty-state.tsx'
import { useEvery } from '../pieces/use-every.ts'
import { VirtualList } from '../pieces/virtual-list.tsx'
import { text } from './text.ts'

/** All alerts, the newest first. */
export function Page() {
  const t = text.value
  const alerts = useSignal<readonly { alertId: string }[] | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  useEvery(5000, async () => {
    try {
      alerts.value = (await dataOf(api.GET('/api/v1/alerts', { params: { query: { limit: 100 } } }))).alerts
      problem.value = null
    } catch (thrown) {
      problem.value = problemOf(thrown)
    }
  })
  const list = alerts.value
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
      </header>
      {problem.value && <EmptyState problem title={problem.value.message} />}
      {!problem.value && !list && <EmptyState busy title={t.loading} />}
      {list?.length === 0 && <EmptyState title={t.none} />}
      {list && list.length > 0 && (
        <VirtualList
          count={list.length}
          rowHeightPx={56}
          label={t.list}
          keyOf={(index) => list[index]!.alertId}
          row={(index) => <span>{list[index]!.alertId}</span>}
        />
      )}
    </>
  )
}
