import type { Page } from 'playwright-core'
import { startConsole } from '../../support/console.ts'
import { bar, median, quantile } from '../report.ts'
import type { Section } from './sections.ts'

/**
 * Noted in the page itself, before its own scripts: when a picture is there first, and how old each one is that is shown.
 * Its age counts from when the packets of that picture came to the server, on the clock of this machine, which both share.
 */
const notes = `
  window.notes = { still: 0, moving: 0, ages: [] }
  new MutationObserver(() => {
    if (!notes.moving && document.querySelector('.live-tile[data-moving=true]')) notes.moving = performance.now()
  }).observe(document, { subtree: true, childList: true, attributes: true })
  document.addEventListener('load', ({ target }) => {
    if (!notes.still && target.classList?.contains('live-still')) notes.still = performance.now()
  }, true)
  const Own = window.WebSocket
  let zeroMs = null
  window.WebSocket = class extends Own {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string' && data.includes('"clock"')) zeroMs = JSON.parse(data).zeroMs
      })
    }
  }
  const ask = HTMLVideoElement.prototype.requestVideoFrameCallback
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (fn) {
    return ask.call(this, (now, metadata) => {
      if (zeroMs !== null)
        notes.ages.push(performance.timeOrigin + metadata.expectedDisplayTime - zeroMs - metadata.mediaTime * 1000)
      fn(now, metadata)
    })
  }
`

/** One camera in a real browser: how soon its first picture is there, and how old pictures are. */
export const liveTile: Section = {
  async run({ smoke }) {
    const site = await startConsole({ models: '', cameras: [{ id: 'gate', fields: '    detector: none\n' }] })
    try {
      const [stillMs, movingMs, ages]: [number[], number[], number[]] = [[], [], []]
      for (let n = 0; n < (smoke ? 1 : 7); n += 1) {
        const page = await site.open('/alerts')
        await page.context().addInitScript(notes)
        await page.goto(`${site.address}/console/live/gate`)
        await page.locator('.live-tile[data-moving=true]').waitFor({ state: 'attached' })
        await seen(page, smoke ? 10 : 150)
        const found = (await page.evaluate('notes')) as { still: number; moving: number; ages: number[] }
        if (found.still > 0) stillMs.push(found.still)
        movingMs.push(found.moving)
        // The first second is the one in which it catches up.
        ages.push(...found.ages.slice(smoke ? 0 : 25))
        await page.context().close()
      }
      const firstMs = movingMs.map((ms, at) => Math.min(ms, stillMs[at] ?? ms))
      return {
        figures: {
          'live tile, ms from the address to the still': median(stillMs.length > 0 ? stillMs : movingMs),
          'live tile, ms from the address to moving pictures': median(movingMs),
          'live tile, age of a picture that is shown, ms, median': median(ages),
          'live tile, age of a picture that is shown, ms, p95': quantile(ages, 0.95),
        },
        bars: [
          bar('ms from the address to the first picture of a live tile', median(firstMs), '<=', 1000),
          bar('ms of latency that is added, p95', quantile(ages, 0.95), '<=', 1000),
        ],
      }
    } finally {
      await site.close()
    }
  },
}

async function seen(page: Page, pictures: number): Promise<void> {
  while (Number(await page.evaluate('notes.ages.length')) < pictures) await page.waitForTimeout(50)
}
