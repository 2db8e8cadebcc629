import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { openEventStore } from '../../../src/event/event-store.ts'
import { startConsole } from '../../support/console.ts'
import { sampleStep } from '../../support/sample-step.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { bar, median } from '../report.ts'
import type { Section } from './sections.ts'

/** Tasks of the browser's main thread that are longer than 50 ms. */
const watching = `
  window.tasks = []
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask' })
`

/** A list of a hundred thousand alerts: how soon its first page is there, and whether it stays smooth to its end. */
export const manyAlerts: Section = {
  async run({ log, smoke }) {
    const count = smoke ? 1000 : 100_000
    const dataDir = join(tempDir('console-alerts'), 'data')
    fill(dataDir, count)
    const site = await startConsole({ models: '', cameras: [], dataDir })
    try {
      const answerMs: number[] = []
      for (let n = 0; n < (smoke ? 2 : 15); n += 1) {
        const began = performance.now()
        const answer = await fetch(`${site.address}/api/v1/alerts?limit=200`)
        await answer.json()
        answerMs.push(performance.now() - began)
      }
      const page = await site.open('/alerts')
      await page.locator('.alert-row').first().waitFor({ state: 'attached' })
      await page.evaluate(watching)
      await page.locator('.alerts-list .virtual').hover()
      const rows = async () =>
        Number(
          (await page.evaluate(`document.querySelector('.virtual-row')?.getAttribute('aria-setsize')`)) ?? 0,
        )
      const untilMs = performance.now() + (smoke ? 20_000 : 120_000)
      // A wheel that never stops, as a hand turns it.
      while ((await rows()) < count && performance.now() < untilMs)
        for (let n = 0; n < 10; n += 1) await page.mouse.wheel(0, 4000)
      const reached = await rows()
      log(`${reached} rows`)
      const tasks = (await page.evaluate('tasks')) as number[]
      return {
        figures: {
          'alerts in the list': reached,
          'alerts, ms to the first 200': median(answerMs),
          'alerts, longest task while scrolling, ms': Math.max(0, ...tasks),
          'alerts, tasks over 100 ms while scrolling': tasks.filter((ms) => ms > 100).length,
        },
        bars: [
          bar('alerts that the list came to', reached, '>=', count),
          bar('ms to the first page of 100,000 alerts', median(answerMs), '<=', 200),
          bar('ms of the longest task while 100,000 alerts are scrolled', Math.max(0, ...tasks), '<=', 100),
        ],
      }
    } finally {
      await site.close()
    }
  },
}

function fill(dataDir: string, count: number): void {
  const store = openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })
  const nowMs = Date.now()
  const batch = 2000
  for (let from = 0; from < count; from += batch)
    store.acceptAlerts(
      Array.from({ length: Math.min(batch, count - from) }, (_, at) => {
        const number = from + at
        const startedMs = nowMs - (count - number) * 20_000
        return sampleStep({
          alertId: number.toString(16).padStart(32, '0'),
          cameraId: `cam-${number % 16}`,
          label: ['falling', 'fighting', 'waving'][number % 3]!,
          rule: ['fall', 'fight', 'wave'][number % 3]!,
          phase: 'end',
          seq: 1,
          endReason: 'cleared',
          startedMs,
          lastMs: startedMs + 4000,
        })
      }),
    )
  store.close()
}
