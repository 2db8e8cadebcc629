import { readFileSync, writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consoleVideo, type RunningConsole, startConsole } from '../support/console.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'

describe.skipIf(!hasTool('chromium') || !hasTool('rtspServer'))('cameras and health in a browser', () => {
  let running: RunningConsole
  let other: RtspServer
  const yaml = () => readFileSync(running.configFile, 'utf8')
  const alerts = async () => {
    const answer = await fetch(`${running.address}/api/v1/alerts?camera=yard`)
    return ((await answer.json()) as { alerts: readonly { rule: string; muted?: boolean }[] }).alerts
  }

  beforeAll(async () => {
    // Without a model everything that moves counts as a person: what is drawn here decides.
    running = await startConsole({ models: '', cameras: [{ id: 'gate', fields: '    # by Ann\n' }] })
    other = await startRtspServer({ mounts: { '/yard': await consoleVideo() } })
  })
  afterAll(async () => {
    await running?.close()
    await other?.kill()
  })

  const apply = async (page: Page) => {
    const dialog = page.locator('dialog[open]')
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
  const openPlaces = async (id: string) => {
    const page = await running.open(`/cameras/${id}`)
    const width = () => page.evaluate<number>(`document.querySelector('.place-stage img')?.naturalWidth ?? 0`)
    await expect.poll(width, { timeout: 20_000 }).toBeGreaterThan(0)
    return page
  }

  it('adds a camera by its address, with a picture before it is saved', async () => {
    const page = await running.open('/cameras')
    await page.getByRole('button', { name: 'Add camera' }).click()
    await page
      .getByLabel('Address', { exact: true })
      .fill(other.url('/yard').replace('://', '://viewer:se@cret@'))
    expect(await page.getByLabel('Password').inputValue()).toBe('se@cret')
    await page.getByRole('button', { name: 'Look at it' }).click()
    await page.getByRole('img', { name: 'The first picture of the camera' }).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Yard')
    await page.getByLabel('Groups').fill('outside')
    await page.getByRole('button', { name: 'Save…' }).click()
    const diff = page.getByRole('region', { name: 'Lines of the configuration file' })
    await diff.getByText('id: yard').waitFor()
    expect(await diff.textContent()).not.toContain('cret')
    await apply(page)
    await page.getByRole('heading', { name: 'yard' }).waitFor()
    await page.getByText('Live', { exact: true }).last().waitFor()
    expect(yaml()).toContain('# by Ann')
    expect(yaml()).not.toContain('cret')
    expect(readFileSync(running.configFile.replace('.yaml', '.env'), 'utf8')).toContain(
      'YARD_PASSWORD=se%40cret',
    )
  })

  it('draws a zone with the mouse and a rule from a preset, and gets its alert', async () => {
    const page = await openPlaces('yard')
    await page.getByRole('button', { name: 'Zone', exact: true }).click()
    const box = (await page.locator('.place-canvas').boundingBox())!
    const corners = [
      [0.05, 0.2],
      [0.95, 0.2],
      [0.95, 0.98],
      [0.05, 0.98],
    ] as const
    for (const [x, y] of corners) await page.mouse.click(box.x + box.width * x, box.y + box.height * y)
    await page.keyboard.press('Enter')
    await page.getByLabel('Name').fill('court')
    // A corner moves with the keys, and back with Ctrl-Z.
    await page.getByRole('button', { name: /^Corner 1 of court: 5(\.[01])? ?%/ }).press('ArrowRight')
    await page.getByRole('button', { name: /^Corner 1 of court: 5\.[456] ?%/ }).waitFor()
    await page.keyboard.press('Control+z')
    await page.getByRole('button', { name: /^Corner 1 of court: 5(\.[01])? ?%/ }).waitFor()
    await page.getByRole('button', { name: 'Add rule' }).click()
    await page.getByLabel('What to find').selectOption('intrusion')
    await page.locator('dialog[open]').getByRole('button', { name: 'Add rule' }).click()
    await page.getByRole('button', { name: 'Save…' }).click()
    await page.getByText('points:').waitFor()
    await apply(page)
    expect(yaml()).toMatch(/- name: court-intrusion\s+cameras: \[ ?yard ?\]\s+preset: intrusion/)
    await expect.poll(async () => (await alerts())[0]?.rule, { timeout: 40_000 }).toBe('court-intrusion')
  })

  it('tells what is wrong at its field, and leaves the file as it was', async () => {
    const page = await openPlaces('yard')
    const before = yaml()
    await page
      .getByRole('button', { name: /^Zone court$/ })
      .first()
      .click({ force: true })
    await page.getByLabel('Name').fill('No slug')
    await page.getByRole('button', { name: 'Save…' }).click()
    await page.locator('dialog[open]').getByText('yard · zones[0].name').waitFor()
    await page.locator('dialog[open]').getByRole('button', { name: 'Cancel' }).click()
    await page.locator('.place-fields .field-problem').waitFor()
    expect(yaml()).toBe(before)
  })

  it('does not overwrite what somebody else changed meanwhile', async () => {
    const page = await running.open('/cameras/gate')
    await page.getByRole('tab', { name: 'Settings' }).click()
    await page.getByLabel('Groups').fill('north')
    await page.getByRole('button', { name: 'Save…' }).click()
    await page.getByText('groups: [').waitFor()
    writeFileSync(running.configFile, `${yaml()}# by Ben\n`)
    const dialog = page.locator('dialog[open]')
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await dialog.getByText(/Somebody changed the configuration meanwhile/).waitFor()
    await dialog.getByRole('button', { name: 'Look again' }).click()
    await page.getByText('groups: [').waitFor()
    await apply(page)
    expect(yaml()).toContain('# by Ben')
    expect(yaml()).toContain('groups: [ north ]')
  })

  it('keeps an edit beside another tab that saves, and what is drawn while another page is looked at', async () => {
    const settings = async (groups: string) => {
      const page = await running.open('/cameras/gate')
      await page.getByRole('tab', { name: 'Settings' }).click()
      await page.getByLabel('Groups').fill(groups)
      await page.getByRole('button', { name: 'Save…' }).click()
      await page
        .getByText(/groups: \[/)
        .first()
        .waitFor()
      return page
    }
    const [first, second] = [await settings('east'), await settings('south')]
    await apply(first)
    const dialog = second.locator('dialog[open]')
    await dialog.getByText(/Somebody else saved changes meanwhile/).waitFor()
    await dialog.getByText(/groups: \[ ?east ?\]/).waitFor()
    await apply(second)
    expect(yaml()).toMatch(/groups: \[ ?south ?\]/)

    const page = await openPlaces('gate')
    // By a key a zone is put into the middle.
    await page.getByRole('button', { name: 'Zone', exact: true }).press('Enter')
    await page.getByLabel('Name').fill('porch')
    await page.getByRole('link', { name: 'Live', exact: true }).click()
    await page.getByRole('link', { name: 'Cameras', exact: true }).click()
    await page.getByRole('link', { name: /gate.*Not saved/ }).click()
    await page.locator('.place-row').getByText('porch').waitFor()
    await page.getByRole('button', { name: 'Throw changes away' }).click()
    await page.getByText('Nothing to save').waitFor()
    await page.getByText('Not saved').waitFor({ state: 'hidden' })
  })

  it('mutes a camera: its alerts are stored and marked', async () => {
    const page = await running.open('/cameras/yard')
    await page.getByRole('button', { name: 'Mute' }).click()
    await page.locator('dialog[open]').getByRole('button', { name: '15 min' }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Mute' }).click()
    await page.getByText(/^Muted until/).waitFor()
    const muted = async () => (await alerts()).some((alert) => alert.muted === true)
    await expect.poll(muted, { timeout: 60_000 }).toBe(true)
    await page.getByRole('button', { name: 'Unmute' }).click()
    await page.getByRole('button', { name: 'Mute', exact: true }).waitFor()
  })

  it('shows a camera that died within seconds, with why, and the log that says so', async () => {
    const page = await running.open('/health')
    const row = page.getByRole('row', { name: /^yard/ })
    await row.getByText('Live', { exact: true }).waitFor()
    await other.kill()
    await row.getByText(/Offline|Stalled|Connecting/).waitFor({ timeout: 15_000 })
    expect(await row.textContent()).toMatch(/CAMERA_|refuses|answer|frames|connect/)
    await page.getByLabel('Filter').fill('yard')
    await page.locator('.log-line').first().waitFor()
    expect(page.faults).toEqual([])
  })

  it('removes a camera and its rules after a look at what goes', async () => {
    const page = await running.open('/cameras/yard')
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    const dialog = page.locator('dialog[open]')
    await dialog.getByText('court-intrusion').waitFor()
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('heading', { name: 'Cameras' }).waitFor()
    expect(yaml()).not.toContain('yard')
    expect(yaml()).toContain('# by Ann')
  })
})
