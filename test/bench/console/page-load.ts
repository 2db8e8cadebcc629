import { startConsole } from '../../support/console.ts'
import { bar, median } from '../report.ts'
import type { Section } from './sections.ts'

/** How much of the page comes over the wire, and when it can be used. */
export const pageLoad: Section = {
  async run({ smoke }) {
    const site = await startConsole({ models: '', cameras: [{ id: 'gate', fields: '    detector: none\n' }] })
    try {
      const usableMs: number[] = []
      let kb = 0
      for (let n = 0; n < (smoke ? 1 : 7); n += 1) {
        // A browser that has seen nothing of it before.
        const page = await site.open('/live')
        await page.locator('.live-tile').waitFor({ state: 'attached' })
        usableMs.push(Number(await page.evaluate('performance.now()')))
        kb = Number(
          await page.evaluate(
            `performance.getEntries().filter(({ entryType, name }) => entryType === 'navigation' || /\\/assets\\//.test(name))
              .reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000`,
          ),
        )
        await page.context().close()
      }
      return {
        figures: { 'page, kB': kb, 'page, ms until it can be used': median(usableMs) },
        bars: [
          bar('kB of the page as it is sent', kb, '<=', 300),
          bar('ms until the page can be used', median(usableMs), '<=', 1000),
        ],
      }
    } finally {
      await site.close()
    }
  },
}
