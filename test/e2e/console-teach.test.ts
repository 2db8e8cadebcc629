import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipsToReview } from '../support/clips-to-review.ts'
import { type RunningConsole, startConsole } from '../support/console.ts'
import { movingSquares } from '../support/moving-squares.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg') && hasTool('chromium')
if (!ready) process.stderr.write('skipped: the console teaches (ffmpeg or chromium is missing)\n')

/** The page's policy lets nothing evaluate texts in it, so that it is asked from outside. */
const until = (page: Page, expression: string) =>
  expect.poll(() => page.evaluate(`Boolean(${expression})`), { timeout: 30_000, interval: 20 }).toBe(true)

describe.skipIf(!ready)('the console reviews', () => {
  let running: RunningConsole

  beforeAll(async () => {
    const dataDir = join(tempDir('console-review'), 'data')
    await clipsToReview(dataDir, 60)
    running = await startConsole({ cameras: [], models: '', dataDir })
  })
  afterAll(() => running?.close())

  it('a clip in less than two seconds by keyboard, each one playing, and takes everything back', async () => {
    const page = await running.open('/review')
    const plays = 'document.querySelector(".review-video:not(.is-next)")?.currentTime > 0.05'
    await until(page, plays)
    const keys = ['y', 'n', 'u', 's', '1']
    const beganMs = performance.now()
    const clips = 20
    for (let n = 0; n < clips; n += 1) {
      // Nothing is judged that was not seen to move: the next clip was fetched before.
      await until(page, `${plays} && !document.querySelector(".review-video:not(.is-next)").paused`)
      await page.keyboard.press(keys[n % keys.length]!)
      await until(page, `document.querySelector("[data-seconds-a-clip]") !== null || ${n} === 0`)
    }
    const seconds = (performance.now() - beganMs) / 1000 / clips
    expect(seconds).toBeLessThan(2)
    await until(page, 'document.querySelector(".page-head").innerText.includes("20 judged")')
    const counters = async () =>
      (await (await fetch(`${running.address}/api/v1/review/counters`)).json()) as {
        judged: { clips: number }
        people: { who: string; clips: number }[]
      }
    expect((await counters()).judged.clips).toBe(16)
    for (let n = 0; n < clips; n += 1) await page.keyboard.press('z')
    await expect.poll(async () => (await counters()).judged.clips).toBe(0)
    expect(page.faults).toEqual([])
    await page.close()
  })

  it('several by range with one undo, a label by a few letters, and a part by its edges', async () => {
    const page = await running.open('/review?camera=gate')
    const boxes = page.locator('.queue-row input[type=checkbox]')
    await boxes.nth(0).click()
    await boxes.nth(4).click({ modifiers: ['Shift'] })
    await page.getByText('5 chosen').waitFor()
    await page.keyboard.press('n')
    await page.getByText('5 clips judged').waitFor()
    await page.keyboard.press('Control+z')
    await page.getByText('Taken back', { exact: true }).waitFor()
    const first = await page.locator('.queue-row.is-here .queue-label').textContent()
    const label = first!.includes('falling') ? 'waving' : 'falling'
    const edge = page.getByRole('slider', { name: 'Beginning of the part' })
    await edge.focus()
    await page.keyboard.press('ArrowRight')
    const startMs = Number(await edge.getAttribute('aria-valuenow'))
    await page.locator('body').click({ position: { x: 700, y: 5 } })
    await page.keyboard.press('r')
    await page.keyboard.type(label.slice(0, 4))
    await page.keyboard.press('Enter')
    await page.getByText('1 judged').waitFor()
    const { items } = (await (
      await fetch(`${running.address}/api/v1/review?state=done&camera=gate`)
    ).json()) as { items: { current: object }[] }
    expect(items.map(({ current }) => current)).toMatchObject([
      { verdict: 'relabel', labels: [label], startMs },
    ])
    expect(new URL(page.url()).search).toBe('?camera=gate')
    expect(page.faults).toEqual([])
    await page.close()
  })
})

describe.skipIf(!ready)('the console teaches', () => {
  let running: RunningConsole

  beforeAll(async () => {
    const folder = tempDir('console-teach')
    const clips = join(folder, 'clips')
    const list = await movingSquares(clips, { groups: 8, each: 2 })
    const dataDir = join(folder, 'data')
    const learning = `learning:
  model: squares
  labelled: [${list}]
  background: [down]
  sizes: { frames: 8, widthPx: 32, heightPx: 32, patchPx: 8, width: 32, heads: 2, hidden: 64, depthSpace: 1, depthTime: 1 }
  testShare: 0.25
  folds: 0
  threads: 1
  pauseAbove: 100
  promote: no
  pretrain: { steps: 0, batch: 8, warmup: 2 }
  finetune: { steps: 120, batch: 16, peakRate: 0.003, labelSmoothing: 0, checkpointEvery: 10, augmentation: { flip: false } }
  gate: { minItems: 4, minGroups: 1, minClassItems: 2, maxLatencyIncrease: 1000, requireSignificance: false, toleratedLoss: 1, minImprovement: -1, maxClassLoss: 1 }
`
    const first = join(folder, 'first.yaml')
    writeFileSync(
      first,
      `version: 1\ndataDir: ${dataDir}\n${learning.replace('promote: no', 'promote: yes')}`,
    )
    const learned = vireo(['learn', '--once', '--json', '-c', first])
    expect([await learned.ended, learned.errors().match(/"error".*/)?.[0]]).toEqual([0, undefined])
    // A square goes right for four seconds, then down for four, again and again: only the first alerts.
    const film = join(folder, 'film.mp4')
    const parts = ['right-0-0', 'right-0-0', 'down-0-0', 'down-0-0'].map((name) => join(clips, `${name}.mp4`))
    await promisify(execFile)('ffmpeg', [
      ...['-v', 'error', '-y', ...parts.flatMap((part) => ['-i', part])],
      ...['-filter_complex', '[0][1][2][3]concat=n=4:v=1'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '8', '-pix_fmt', 'yuv420p', film],
    ])
    running = await startConsole({
      dataDir,
      cameras: [{ id: 'gate', video: film }],
      models: '  - { name: squares, registry: squares, intraOpThreads: 1 }',
      sections: `alerts:
  defaults: { minDurationMs: 400, clearAfterMs: 800, cooldownMs: 0 }
recording: { preRollMs: 2000, postRollMs: 500 }
sampling: { enabled: false }
${learning}`,
    })
  })
  afterAll(() => running?.close())

  const get = async <T>(path: string) => (await (await fetch(`${running.address}/api/v1${path}`)).json()) as T
  interface Alert {
    readonly alertId: string
    readonly modelVersion: string
  }
  const alerts = async () => (await get<{ alerts: Alert[] }>('/alerts?limit=50')).alerts

  it('from an alert to the next version and its alert, without leaving the page', async () => {
    // The first one may begin with the first frame, which nothing goes before.
    const withPreRoll = async () => {
      const found = await get<{ clips: { alertId: string; preRollMs: number }[] }>('/clips?limit=50')
      return found.clips.find(({ preRollMs }) => preRollMs > 0)?.alertId
    }
    await expect.poll(withPreRoll, { timeout: 90_000 }).toBeDefined()
    const alertId = (await withPreRoll())!
    const page = await running.open(`/review/${alertId}?state=all`)
    await until(page, 'document.querySelector(".review-video:not(.is-next)")?.currentTime > 0.05')
    await page.keyboard.press('y')
    await expect
      .poll(
        async () =>
          (await get<{ current: { verdict: string } | null }>(`/review/${alertId}`)).current?.verdict,
      )
      .toBe('confirm')

    await page.getByRole('link', { name: 'Learning' }).first().click()
    await page.getByRole('button', { name: 'Start a run' }).click()
    await page.getByLabel('Steps of fine-tuning').fill('60')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText('Learning has begun.').waitFor({ timeout: 30_000 })
    await page.locator('.job').waitFor({ state: 'detached', timeout: 120_000 })
    await page.getByText('The new version passed.').waitFor()
    await page.getByText('Loss and accuracy').waitFor()

    await page.getByRole('tab', { name: 'Models' }).click()
    await page.getByRole('button', { name: 'Promote' }).click()
    await page.getByLabel('Without a shadow, at once').check()
    await page.getByText('1.1.0 is live at once.').waitFor()
    await page.getByLabel('Reason').fill('the trial says so')
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
    await page.getByText('Done.').waitFor()
    await page.getByText('the trial says so').waitFor()
    await expect.poll(async () => (await alerts())[0]?.modelVersion, { timeout: 60_000 }).toBe('1.1.0')
    await page.getByRole('button', { name: 'Roll back' }).waitFor()
    expect(page.faults).toEqual([])
    await page.close()
  })
})
