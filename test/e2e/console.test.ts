import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningConsole, startConsole } from '../support/console.ts'
import { hasTool } from '../support/prepare-machine.ts'

describe.skipIf(!hasTool('chromium') || !hasTool('rtspServer'))('the console in a browser', () => {
  let running: RunningConsole
  beforeAll(async () => {
    running = await startConsole()
  })
  afterAll(() => running?.close())

  it('is shown at the address of vireo run, and breaks no rule of its own policy', async () => {
    const page = await running.open('/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.title()).toMatch(/Vireo$/)
    expect(page.faults).toEqual([])
  })

  it('shows its keys on ? and closes them on Esc', async () => {
    const page = await running.open('/alerts')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })

  it('speaks Chinese where the browser does, and English where somebody chooses it', async () => {
    const page = await running.open('/alerts', { language: 'zh' })
    await page.getByRole('heading', { name: '警报' }).waitFor()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Alerts' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Alerts' }).waitFor()
  })
})
