import { join } from 'node:path'
import { startConsole } from '../../support/console.ts'
import { recordedSite } from '../../support/recorded-site.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { testVideo } from '../../support/test-video.ts'
import { bar, median, quantile } from '../report.ts'
import type { Section } from './sections.ts'

/** Somebody who judges clip after clip by the keyboard, each as soon as it plays. */
export const reviewFlow: Section = {
  async run({ smoke }) {
    const count = smoke ? 3 : 30
    const dataDir = join(tempDir('console-review'), 'data')
    const video = await testVideo({ name: 'console-review', widthPx: 640, heightPx: 360, seconds: 6 })
    const fromMs = Date.now() - 3_600_000
    await recordedSite({
      dataDir,
      alerts: Array.from({ length: count + 1 }, (_, at) => ({
        alertId: at.toString(16).padStart(32, '0'),
        cameraId: 'gate',
        label: ['falling', 'fighting'][at % 2]!,
        fromMs: fromMs + at * 30_000 + 1000,
        toMs: fromMs + at * 30_000 + 4000,
        clip: { video, startedMs: fromMs + at * 30_000, lengthMs: 6000 },
      })),
    })
    const site = await startConsole({ models: '', cameras: [], dataDir })
    try {
      const page = await site.open('/review')
      const address = () => page.evaluate(`document.querySelector('.review-queue video')?.currentSrc ?? ''`)
      const plays = () =>
        page.evaluate(`(document.querySelector('.review-queue video')?.readyState ?? 0) >= 2`)
      const until = async (what: () => Promise<unknown>) => {
        while (!(await what())) await page.waitForTimeout(10)
      }
      await until(plays)
      const clipMs: number[] = []
      for (let n = 0; n < count; n += 1) {
        const before = await address()
        const began = performance.now()
        await page.keyboard.press('y')
        await until(async () => (await address()) !== before && (await plays()))
        clipMs.push(performance.now() - began)
      }
      return {
        figures: {
          'review, ms a clip by the keyboard, median': median(clipMs),
          'review, ms a clip by the keyboard, p95': quantile(clipMs, 0.95),
        },
        bars: [bar('ms a clip of the scripted review', median(clipMs), '<=', 2000)],
      }
    } finally {
      await site.close()
    }
  },
}
