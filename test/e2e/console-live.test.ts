import { readdirSync, readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningConsole, startConsole } from '../support/console.ts'
import { hasTool } from '../support/prepare-machine.ts'
import type { RtspServer } from '../support/rtsp-server.ts'
import { testVideo } from '../support/test-video.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer') && hasTool('chromium')
if (!ready)
  process.stderr.write('skipped: live pictures in a browser (ffmpeg, GStreamer or Chromium is missing)\n')

let site: RunningConsole
let rtsp: RtspServer
const contexts: BrowserContext[] = []
beforeAll(async () => {
  if (!ready) return
  const odd = await testVideo({ name: 'live-odd', codec: 'h265', widthPx: 320, heightPx: 180, seconds: 10 })
  const door = 'zones: [{ name: door, points: [[0.05, 0.3], [0.5, 0.3], [0.5, 0.9]] }]'
  site = await startConsole({
    cameras: [
      { id: 'gate', fields: `    detector: motion\n    ${door}\n` },
      { id: 'odd', video: odd, fields: '    models: []\n    detector: none\n    groups: [yard]\n' },
      { id: 'hall', fields: '    paused: true\n' },
    ],
    sections: 'behaviours: { rules: [{ name: inside, when: { inZone: door } }] }',
  })
  rtsp = site.rtsp!
})
afterAll(async () => {
  await rtsp?.kill()
  await site?.close()
})

const open = async (path: string) => {
  const page = await site.open(path)
  contexts.push(page.context())
  return page
}
const leave = async () => {
  for (const context of contexts.splice(0)) await context.close()
}
afterEach(leave)

const tile = (id: string, more = '') => `.live-tile[data-camera=${id}]${more}`
const has = (page: Page, selector: string, timeoutMs = 20_000) =>
  page.locator(selector).first().waitFor({ state: 'attached', timeout: timeoutMs })
/** Asked until it is so; the page's policy lets nothing be waited for within the page. */
const until = (what: () => unknown, timeout = 20_000) => expect.poll(what, { timeout, interval: 50 })
/** A picture of the camera, and later another one: without what is drawn over it. */
async function moves(page: Page, id: string) {
  await page.keyboard.press('o')
  await until(() => page.locator(tile(id, ' .live-overlay')).count()).toBe(0)
  const before = await page.locator(tile(id)).screenshot()
  await until(async () => Buffer.compare(before, await page.locator(tile(id)).screenshot()) !== 0).toBe(true)
  await page.keyboard.press('o')
}

/** Processes of the running Vireo that make pictures for people. */
const children = () =>
  readdirSync('/proc').filter((name) => {
    try {
      if (!/^\d+$/.test(name)) return false
      const parent = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]!.split(' ')[1]
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1')
      return parent === String(site.vireo.child.pid) && /mpeg1video|pipe:0.*image2pipe/.test(command)
    } catch {
      return false
    }
  }).length

async function choose(page: Page, mode: string) {
  await page.evaluate((value) => localStorage.setItem('vireo.live.mode', value), mode)
  await page.reload()
}

describe.skipIf(!ready)('the page Live', () => {
  it('shows cameras that move, with what is seen on them, and says why one does not', async () => {
    const page = await open('/live')
    await has(page, tile('gate', '[data-moving=true][data-mode=mse]'))
    await moves(page, 'gate')
    await has(page, tile('hall', ' [data-notice=paused]'))
    const canvas = `document.querySelector('${tile('gate', ' canvas.live-overlay')}')`
    await until(() => page.evaluate(`Number(${canvas}.dataset.tracks)`)).toBeGreaterThan(0)
    const drawn = `${canvas}.getContext('2d').getImageData(0, 0, ${canvas}.width, ${canvas}.height).data.some((v, at) => at % 4 === 3 && v > 200)`
    await until(() => page.evaluate(drawn)).toBe(true)
    await page.keyboard.press('o')
    await until(() => page.evaluate(`${canvas} === null`)).toBe(true)
    await page.keyboard.press('o')
    expect(page.faults).toEqual([])
  })

  it('takes another way by itself where the browser lacks the codec, and says so', async () => {
    const page = await open('/live?group=yard')
    await has(page, tile('odd', '[data-moving=true][data-mode=mpeg1]'))
    await moves(page, 'odd')
    expect(await page.locator('.live-way').getAttribute('title')).toMatch(/MPEG-1: .*codec/)
    expect(await page.locator('.live-tile').count()).toBe(1)
    expect(page.faults).toEqual([])
  })

  it('shows one camera alone by a key, and goes on by arrows and back by Escape', async () => {
    const page = await open('/live')
    await has(page, tile('gate'))
    await page.keyboard.press('1')
    await has(page, `.live-stage > ${tile('gate', '[data-moving=true]')}`)
    await page.keyboard.press('ArrowRight')
    await has(page, `.live-stage > ${tile('odd')}`)
    expect(page.url()).toMatch(/\/live\/odd$/)
    await page.keyboard.press('Escape')
    await has(page, '.live-grid')
  })

  it.each(['mpeg1', 'mjpeg', 'stills'])(
    'shows moving pictures as %s, with one process for all tabs',
    async (mode) => {
      await until(children).toBe(0)
      const page = await open('/live/gate')
      await choose(page, mode)
      await has(page, tile('gate', `[data-moving=true][data-mode=${mode}]`))
      await moves(page, 'gate')
      const tab = await page.context().newPage()
      await tab.goto(page.url())
      await has(tab, tile('gate', `[data-moving=true][data-mode=${mode}]`))
      if (mode !== 'stills') await until(children).toBe(1)
      await leave()
      // Nobody looks: nothing is made any more.
      await until(children).toBe(0)
    },
  )

  it('says within 5 s that a camera is lost, and shows it again without a reload', async () => {
    const page = await open('/live')
    await has(page, tile('gate', '[data-moving=true]'))
    const killed = performance.now()
    await rtsp.kill()
    await has(page, tile('gate', ' [data-notice=offline]'), 5000)
    expect(performance.now() - killed).toBeLessThan(5000)
    expect(await page.locator(tile('gate', ' [data-notice=offline]')).textContent()).toMatch(/Lost since/)
    rtsp = await rtsp.restart()
    await has(page, tile('gate', '[data-moving=true][data-mode=mse]'), 60_000)
    await moves(page, 'gate')
  })
})
