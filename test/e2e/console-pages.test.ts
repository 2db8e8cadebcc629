import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningConsole, startConsole, until } from '../support/console.ts'
import { consolePages, type ShownPage } from '../support/console-pages.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

// With VIREO_SCREENSHOTS=1 the pictures of docs/console are taken anew: npm run screenshots.
const pictures = join(import.meta.dirname, '../../docs/console')
const taking = process.env.VIREO_SCREENSHOTS === '1'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds that keeps somebody from using a page. */
async function faultsFor(page: Page, name: string): Promise<string[]> {
  // The policy of the page forbids scripts of others; what is evaluated from outside it may do.
  await page.evaluate(axe)
  const { violations, passes } = await page.evaluate<{
    violations: readonly Finding[]
    passes: readonly unknown[]
  }>('axe.run(document)')
  expect(passes.length, `${name} was looked at`).toBeGreaterThan(8)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${name}: ${id}: ${help}: ${nodes.map(({ html }) => html).slice(0, 3)}`)
}

/** With 72 colours, so that a picture is small; what moves has a moment to come. */
async function takePicture(page: Page, name: string): Promise<void> {
  await until(page, '[...document.images].every(({ complete, loading }) => complete || loading === "lazy")')
  const raw = join(tempDir('pictures'), `${name}.png`)
  await page.screenshot({ path: raw })
  const small =
    'scale=iw*min(1\\,1024/iw):-1:flags=lanczos,split[a][b];[a]palettegen=max_colors=72[p];[b][p]paletteuse=dither=none'
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', raw, '-vf', small, join(pictures, `${name}.png`)])
}

interface Finding {
  readonly id: string
  readonly impact: string
  readonly help: string
  readonly nodes: readonly { readonly html: string }[]
}

describe.skipIf(!hasTool('chromium') || !hasTool('rtspServer'))('every page of the console', () => {
  let running: RunningConsole
  let places: readonly ShownPage[]
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    running = await startConsole({
      cameras: [{ id: 'entrance' }, { id: 'yard' }],
      sections: [
        'recording: { continuous: true, segmentMs: 5000, postRollMs: 1000 }',
        'alerts: { defaults: { cooldownMs: 1000, clearAfterMs: 1000 } }',
      ].join('\n'),
    })
    places = await consolePages(running.address)
  })
  afterAll(() => running?.close())

  const looks = (['light', 'dark'] as const).flatMap((theme) =>
    (['en', 'zh'] as const).map((language) => ({ theme, language })),
  )

  it.each(looks)('can be used by everybody: $theme, $language', async ({ theme, language }) => {
    const page = await running.open('/', { theme, language })
    for (const { name, path, ready } of places) {
      await page.goto(`${running.address}/console${path}`)
      await page.locator(ready).first().waitFor()
      expect(await faultsFor(page, name)).toEqual([])
      if (taking && theme === 'light' && language === 'en') await takePicture(page, name)
    }
    expect(page.faults).toEqual([])
    await page.close()
  })

  it('fits a phone: nothing is wider than 360 px', async () => {
    const page = await running.open('/', { widthPx: 360, heightPx: 740 })
    for (const { name, path, ready } of places) {
      await page.goto(`${running.address}/console${path}`)
      await page.locator(ready).first().waitFor()
      await until(page, 'document.readyState === "complete"')
      const widths = await page.evaluate<number[]>(
        '[document.documentElement.scrollWidth, document.querySelector("#page, main").scrollWidth]',
      )
      expect(Math.max(...widths), `${name} is wider than the screen`).toBeLessThanOrEqual(360)
      if (taking && name === 'alerts') await takePicture(page, 'phone')
    }
    await page.close()
  })

  it('asks who one is where that is asked, for everybody too', async () => {
    const asking = await startConsole({ cameras: [], models: '', http: 'access: login' })
    try {
      for (const { theme, language } of looks) {
        const page = await asking.open('/', { theme, language })
        await page.locator('input[type=password]').first().waitFor()
        expect(await faultsFor(page, 'login')).toEqual([])
        if (taking && theme === 'light' && language === 'en') await takePicture(page, 'login')
        await page.close()
      }
    } finally {
      await asking.close()
    }
  })
})
