import { expect, it } from 'vitest'
import type { Alert } from '../../../../src/web/alerts/alert.ts'
import { type AlertPage, createAlertList } from '../../../../src/web/alerts/alert-list.ts'

const alert = (n: number, more: Partial<Alert> = {}): Alert => ({
  alertId: `a${n}`,
  cameraId: 'gate',
  phase: 'new',
  startedAt: new Date(1e12 + n * 1000).toISOString(),
  clip: null,
  ...more,
})
const pages: Record<string, AlertPage> = {
  '': { alerts: [alert(9), alert(8)], next: 'p2' },
  p2: { alerts: [alert(8), alert(7)], next: null },
}
const ids = (list: readonly Alert[]) => list.map(({ alertId }) => alertId)

it('grows page by page to its end, and shows nothing twice', async () => {
  const list = createAlertList(async (cursor) => pages[cursor ?? '']!)
  expect(list.state.value).toBe('loading')
  await list.load()
  expect([ids(list.rows.value), list.state.value]).toEqual([['a9', 'a8'], 'more'])
  await Promise.all([list.more(), list.more()])
  expect([ids(list.rows.value), list.state.value]).toEqual([['a9', 'a8', 'a7'], 'all'])
  await list.more()
  expect(list.rows.value).toHaveLength(3)
})

it('takes what comes by itself to its place, or lets it wait', async () => {
  const list = createAlertList(async () => pages.p2!)
  await list.load()
  list.receive(alert(12), true, true)
  list.receive(alert(11), true, true)
  list.receive(alert(7, { phase: 'end' }), true, false)
  expect(ids(list.rows.value)).toEqual(['a12', 'a11', 'a8', 'a7'])
  expect(list.rows.value.at(-1)?.phase).toBe('end')
  list.receive(alert(13), true, false)
  list.receive(alert(14), true, false)
  expect(ids(list.waiting.value)).toEqual(['a14', 'a13'])
  list.showWaiting()
  expect(ids(list.rows.value)).toEqual(['a14', 'a13', 'a12', 'a11', 'a8', 'a7'])
  expect(list.waiting.value).toEqual([])
  list.receive(alert(8), false, true)
  expect(ids(list.rows.value)).not.toContain('a8')
})

it('keeps what it has where the server fails, and says what', async () => {
  let works = true
  const list = createAlertList(async () => {
    if (!works) throw { code: 'API_BUSY', message: 'try again' }
    return pages['']!
  })
  await list.load()
  works = false
  await list.more()
  expect(list.problem.value).toEqual({ code: 'API_BUSY', message: 'try again' })
  expect(list.rows.value).toHaveLength(2)
})

it('shows what was asked for last, whatever comes first', async () => {
  const answers: ((page: AlertPage) => void)[] = []
  const list = createAlertList(() => new Promise((resolve) => answers.push(resolve)))
  const both = [list.load(), list.load()]
  answers[1]!(pages.p2!)
  answers[0]!(pages['']!)
  await Promise.all(both)
  expect(ids(list.rows.value)).toEqual(['a8', 'a7'])
})
