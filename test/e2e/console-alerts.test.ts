import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningConsole, startConsole, until } from '../support/console.ts'
import { consolePages } from '../support/console-pages.ts'
import { hasTool } from '../support/prepare-machine.ts'

const video = 'document.querySelector("video")'

describe.skipIf(!hasTool('chromium') || !hasTool('rtspServer'))('alerts and recordings in a browser', () => {
  let running: RunningConsole
  let alertPath: string
  let timelinePath: string
  beforeAll(async () => {
    running = await startConsole({
      cameras: [{ id: 'gate', fields: '    groups: [outside]\n' }],
      sections: [
        'recording: { continuous: true, segmentMs: 3000, postRollMs: 1000 }',
        'alerts: { defaults: { cooldownMs: 500, clearAfterMs: 1000 } }',
      ].join('\n'),
    })
    const pages = await consolePages(running.address)
    const pathOf = (name: string) => pages.find((page) => page.name === name)!.path
    alertPath = pathOf('alerts')
    timelinePath = pathOf('timeline')
  })
  afterAll(() => running?.close())

  it('shows an alert as it happens, without a reload', async () => {
    const page = await running.open('/alerts')
    await page.locator('.alert-row').first().waitFor()
    const before = await page.locator('.virtual-inside > li').first().getAttribute('aria-setsize')
    await until(
      page,
      `Number(document.querySelector(".virtual-inside > li").getAttribute("aria-setsize")) > ${before}`,
      60_000,
    )
    expect(page.faults).toEqual([])
    await page.close()
  })

  it('plays the clip with its pre-roll, steps by frames, and says why it fired', async () => {
    const page = await running.open(alertPath)
    await until(page, `${video}?.currentTime > 0.3`)
    await page.keyboard.press('Space')
    await until(page, `${video}.paused`)
    const before = await page.evaluate<number>(`${video}.currentTime`)
    await page.keyboard.press('.')
    await until(page, `${video}.currentTime > ${before}`)
    const step = (await page.evaluate<number>(`${video}.currentTime`)) - before
    expect(step).toBeLessThan(0.25)
    await page.keyboard.press('>')
    await until(page, `${video}.playbackRate === 2`)
    expect(await page.locator('.player-pre-roll').count()).toBe(1)
    await page.locator('.curve canvas').waitFor()
    await page.close()
  })

  it('takes a verdict and takes it back', async () => {
    const page = await running.open(alertPath)
    await page.getByRole('button', { name: 'Confirm' }).waitFor()
    await page.keyboard.press('c')
    await page.locator('.judge .badge', { hasText: 'Confirmed' }).waitFor()
    await page.keyboard.press('Control+z')
    await page.getByText('What you say teaches').waitFor()
    await page.close()
  })

  it('keeps filters in the address, and walks the list by keyboard', async () => {
    const page = await running.open('/alerts?group=outside&severity=critical')
    await page.getByText('No alert fits these filters.').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.locator('.alert-row').first().waitFor()
    expect(page.url()).toMatch(/\/alerts$/)
    await page.keyboard.press('j')
    await page.locator('.alert-view').waitFor()
    expect(page.url()).toMatch(/\/alerts\/[0-9a-f]{32}$/)
    await page.keyboard.press('Escape')
    await page.locator('.alert-view').waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await until(page, 'document.activeElement.tagName === "SELECT"')
    await page.close()
  })

  it('plays what was recorded, from one file into the next, and says what the rules made of it', async () => {
    const page = await running.open(timelinePath)
    await until(page, `${video}?.readyState >= 2`)
    const first = await page.evaluate<string>(`${video}.src`)
    await page.locator('.why-table tbody tr').first().waitFor()
    await page.keyboard.press('>')
    await page.keyboard.press('>')
    await page.keyboard.press('Space')
    await until(page, `${video}.src !== ${JSON.stringify(first)} && ${video}.currentTime > 0`)
    expect(page.faults).toEqual([])
    await page.close()
  })

  it('exports a time as a file', async () => {
    const page = await running.open(timelinePath)
    await page.getByRole('button', { name: 'Export…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export recordings' })
    await dialog.getByLabel('Time of day').selectOption('subtitles')
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    const link = dialog.getByRole('link', { name: /Download/ })
    await link.waitFor({ timeout: 60_000 })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(download.suggestedFilename()).toMatch(/^gate_.*\.mp4$/)
    expect(await download.failure()).toBeNull()
    await page.close()
  })
})
