import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { useLocation, useParams, useSearch } from 'wouter-preact'
import { cameraGroups, loadCameras } from '../api/cameras.ts'
import { api, dataOf } from '../api/client.ts'
import { eventsState, onEvent } from '../api/events.ts'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { useShortcuts } from '../pieces/shortcuts.ts'
import { useEvery } from '../pieces/use-every.ts'
import { VirtualList } from '../pieces/virtual-list.tsx'
import type { Alert } from './alert.ts'
import { matches, queryOf, readFilter, writeFilter } from './alert-filter.ts'
import { createAlertList } from './alert-list.ts'
import { AlertRow } from './alert-row.tsx'
import { AlertView } from './alert-view.tsx'
import { FilterBar } from './filter-bar.tsx'
import { text } from './text.ts'
import './alerts.css'

const rowHeightPx = 76
const pageRows = 200
/** How often the list is asked for where nothing comes by itself. */
const pollMs = 5000

/** All alerts, the newest first, and the one that is chosen beside them. */
export function Page() {
  const t = text.value
  const search = useSearch()
  const { alertId } = useParams<{ alertId?: string }>()
  const [, go] = useLocation()
  const filter = useMemo(() => readFilter(search), [search])
  const firstFilter = useRef<HTMLSelectElement>(null)
  const filtersOpen = useSignal(false)
  const nowMs = useSignal(Date.now())
  const atTop = useRef(true)
  const list = useMemo(
    () =>
      createAlertList((cursor) => {
        const query = queryOf(filter, Date.now(), cameraGroups.value)
        const page = { limit: pageRows, ...(cursor !== null && { cursor }) }
        return dataOf(api.GET('/api/v1/alerts', { params: { query: { ...query, ...page } as never } }))
      }),
    [filter],
  )
  useEffect(() => void loadCameras().then(list.load), [list])
  useEffect(() => {
    const receive = (data: unknown) => {
      const alert = data as Alert
      list.receive(alert, matches(alert, filter, Date.now(), cameraGroups.value), atTop.current)
    }
    const ends = [onEvent('alert', receive), onEvent('reset', () => void list.load())]
    return () => ends.forEach((end) => void end())
  }, [list])
  useEvery(pollMs, () => {
    nowMs.value = Date.now()
    if (eventsState.value !== 'open' && atTop.current && list.state.value !== 'loading') void list.load()
  })

  const rows = list.rows.value
  const at = alertId === undefined ? -1 : rows.findIndex((row) => row.alertId === alertId)
  const choose = (index: number) => {
    const row = rows[index]
    if (row) go(`/alerts/${row.alertId}${writeFilter(filter)}`, { replace: alertId !== undefined })
  }
  const close = () => go(`/alerts${writeFilter(filter)}`)
  useShortcuts('here', () => [
    { keys: 'j ArrowDown', label: t.next, repeats: true, run: () => choose(at + 1) },
    { keys: 'k ArrowUp', label: t.previous, repeats: true, run: () => choose(Math.max(0, at - 1)) },
    { keys: 'Enter', label: t.openAlert, run: () => choose(Math.max(0, at)) },
    { keys: 'Escape', label: t.closeAlert, run: close },
    {
      keys: '/',
      label: t.toFilters,
      run: () => {
        filtersOpen.value = true
        requestAnimationFrame(() => firstFilter.current?.focus())
      },
    },
  ])
  const problem = list.problem.value
  const namesOf = (field: 'label' | 'rule') => [
    ...new Set(rows.slice(0, 2000).flatMap((row) => row[field] ?? [])),
  ]
  const count = Object.keys(filter).length
  return (
    <div class={alertId === undefined ? 'alerts' : 'alerts has-chosen'}>
      <header class="page-head">
        <h1>{t.title}</h1>
        <Button
          icon="filter"
          label={t.filters}
          keyName="/"
          pressed={filtersOpen.value || count > 0}
          onClick={() => {
            filtersOpen.value = !filtersOpen.value
          }}
        >
          {count > 0 ? `${t.filters} (${count})` : t.filters}
        </Button>
      </header>
      {(filtersOpen.value || count > 0) && (
        <FilterBar
          filter={filter}
          onFilter={(next) => go(`/alerts${writeFilter(next)}`, { replace: true })}
          labels={namesOf('label')}
          rules={namesOf('rule')}
          first={firstFilter}
        />
      )}
      <div class="alerts-body">
        <section class="alerts-list" aria-label={t.list}>
          {list.waiting.value.length > 0 && (
            <button
              type="button"
              class="alerts-fresh"
              onClick={() => {
                list.showWaiting()
                choose(0)
              }}
            >
              {t.fresh(list.waiting.value.length)}
            </button>
          )}
          {problem && rows.length === 0 && <EmptyState problem title={problem.message} />}
          {!problem && list.state.value === 'loading' && <EmptyState busy title={t.loading} />}
          {list.state.value === 'all' && rows.length === 0 && (
            <EmptyState title={count > 0 ? t.noneFiltered : t.none} />
          )}
          {rows.length > 0 && (
            <VirtualList
              count={rows.length}
              rowHeightPx={rowHeightPx}
              label={t.list}
              chosen={at}
              keyOf={(index) => rows[index]!.alertId}
              onEnd={() => void list.more()}
              onTop={(isTop) => {
                atTop.current = isTop
              }}
              row={(index) => (
                <AlertRow
                  alert={rows[index]!}
                  chosen={index === at}
                  nowMs={nowMs.value}
                  onChoose={() => choose(index)}
                />
              )}
            />
          )}
        </section>
        {alertId === undefined ? (
          <EmptyState title={t.choose} />
        ) : (
          <AlertView
            key={alertId}
            alertId={alertId}
            {...(rows[at] && { known: rows[at] })}
            onChanged={(alert) => list.receive(alert, true, true)}
            onClose={close}
          />
        )}
      </div>
    </div>
  )
}
