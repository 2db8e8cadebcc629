import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningConsole, startConsole, until } from '../support/console.ts'

let running: RunningConsole
beforeAll(async () => {
  running = await startConsole({ cameras: [], models: '', http: 'access: login' })
}, 60_000)
afterAll(() => running?.close())

const [name, password] = ['input[autocomplete=username]', 'input[autocomplete=current-password]']

describe('the console asks who it is', () => {
  it('lets the first admin in, who adds a viewer; the viewer sees no more than is theirs', async () => {
    const [, admin, secret] = /log in to the console as "(\w+)" with the password (\S+)/.exec(
      running.vireo.errors(),
    )!
    const page = await running.open('/settings/users')
    await page.waitForSelector(name)
    expect(await page.textContent('.login-hint')).toContain('vireo user password')
    await page.fill(name, admin!)
    await page.fill(password, 'not the password')
    await page.keyboard.press('Enter')
    await until(page, `document.querySelector('.login-problem').textContent.includes('wrong')`)
    await page.fill(password, secret!)
    await page.keyboard.press('Enter')
    // Where one was before.
    await page.waitForSelector('.settings-rows')
    await page.click('.tab-panel .is-primary')
    await page.fill('dialog input[autocomplete=off]', 'guard')
    await page.fill('dialog input[type=password]', 'correct horse')
    await page.click('dialog button[type=submit]')
    await until(page, `document.querySelectorAll('.settings-row').length === 2`)
    await page.goto(`${running.address}/console/settings/you`)
    await page.click('.settings-actions button')
    await page.waitForSelector(name)

    const other = await running.open('/settings/users')
    await other.fill(name, 'guard')
    await other.fill(password, 'correct horse')
    await other.keyboard.press('Enter')
    await other.waitForSelector('.settings-card')
    expect(await other.locator('[role=tab]').allTextContents()).toEqual(['You'])
    const refused = await other.evaluate(`fetch('/api/v1/users').then(({ status }) => status)`)
    expect(refused).toBe(403)
    // Nothing but what was refused on purpose.
    const faults = [...page.faults, ...other.faults].filter((fault) => !/status of 40[13]/.test(fault))
    expect(faults).toEqual([])
    expect(running.vireo.errors().split(secret!)).toHaveLength(2)
  })
})
