import { type ReadonlySignal, signal } from '@preact/signals'
import { type ApiProblem, problemOf } from '../api/client.ts'
import { type Alert, startedMs } from './alert.ts'

export interface AlertPage {
  readonly alerts: readonly Alert[]
  readonly next: string | null
}

/** Rows that have come so far; they grow at the end as somebody scrolls, and at the front as things happen. */
export interface AlertList {
  readonly rows: ReadonlySignal<readonly Alert[]>
  /** Alerts that came while somebody looked further down: they wait until they are asked for. */
  readonly waiting: ReadonlySignal<readonly Alert[]>
  readonly state: ReadonlySignal<'loading' | 'more' | 'all'>
  readonly problem: ReadonlySignal<ApiProblem | null>
  /** Begins anew with the first page. */
  load(): Promise<void>
  /** The page after those that are there, unless one is on its way. */
  more(): Promise<void>
  /** An alert that is new or has changed. `atTop`: it is shown at once, else it waits. */
  receive(alert: Alert, belongs: boolean, atTop: boolean): void
  showWaiting(): void
}

/** @param fetchPage the page after a cursor, the first without one. @throws ApiProblem */
export function createAlertList(fetchPage: (cursor: string | null) => Promise<AlertPage>): AlertList {
  const rows = signal<readonly Alert[]>([])
  const waiting = signal<readonly Alert[]>([])
  const state = signal<'loading' | 'more' | 'all'>('loading')
  const problem = signal<ApiProblem | null>(null)
  let next: string | null = null
  let turn = 0
  let fetching = false

  const take = async (cursor: string | null, use: (page: AlertPage) => void) => {
    const mine = turn
    fetching = true
    try {
      const page = await fetchPage(cursor)
      if (mine !== turn) return
      problem.value = null
      next = page.next
      use(page)
      state.value = next === null ? 'all' : 'more'
    } catch (thrown) {
      if (mine === turn) problem.value = problemOf(thrown)
    } finally {
      if (mine === turn) fetching = false
    }
  }
  const put = (list: readonly Alert[], alert: Alert): readonly Alert[] => {
    const at = list.findIndex(({ alertId }) => alertId === alert.alertId)
    if (at >= 0) return list.with(at, alert)
    const place = list.findIndex((each) => startedMs(each) <= startedMs(alert))
    return place < 0 ? [...list, alert] : list.toSpliced(place, 0, alert)
  }

  return {
    rows,
    waiting,
    state,
    problem,
    load() {
      turn += 1
      return take(null, ({ alerts }) => {
        rows.value = alerts
        waiting.value = []
      })
    },
    async more() {
      if (fetching || next === null) return
      await take(next, ({ alerts }) => {
        const known = new Set(rows.value.slice(-1000).map(({ alertId }) => alertId))
        rows.value = [...rows.value, ...alerts.filter(({ alertId }) => !known.has(alertId))]
      })
    },
    receive(alert, belongs, atTop) {
      const same = ({ alertId }: Alert) => alertId === alert.alertId
      if (!belongs) {
        if (rows.value.some(same)) rows.value = rows.value.filter((each) => !same(each))
        waiting.value = waiting.value.filter((each) => !same(each))
      } else if (rows.value.some(same) || atTop) rows.value = put(rows.value, alert)
      else waiting.value = put(waiting.value, alert)
    },
    showWaiting() {
      rows.value = waiting.value.reduceRight((list, alert) => put(list, alert), rows.value)
      waiting.value = []
    },
  }
}
