import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { openModelRegistry } from '../../src/registry/model-registry.ts'
import { blinkVideo } from '../support/blink-video.ts'
import { type BrightnessChanges, writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: promotion beside running cameras (ffmpeg is missing)\n')

let folder: string
let video: string
const running: VireoProcess[] = []

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('rollout')
  video = await blinkVideo()
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true })
})

function configure(name: string, rollout: string): string {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(
    file,
    `version: 1
dataDir: ${join(folder, `data-${name}`)}
cameras:
  - { id: gate, url: "${video}", loop: true, motion: { enabled: false } }
  - { id: yard, url: "${video}", loop: true, motion: { enabled: false } }
models:
  - { name: light, registry: brightness, intraOpThreads: 1, rollout: ${rollout} }
alerts:
  defaults: { clearAfterMs: 300, cooldownMs: 0 }
recording: { clips: false }
http: { port: 0 }
`,
  )
  return file
}

const start = (args: readonly string[]): VireoProcess => {
  const started = vireo(args)
  running.push(started)
  return started
}

/** Runs a command to its end; its JSON output. */
async function answer(args: readonly string[]) {
  const process = start([...args, '--json'])
  const code = await process.ended
  return { code, value: JSON.parse(process.lines.join('\n') || 'null'), errors: process.errors() }
}

async function register(config: string, changes: BrightnessChanges & { version: string }) {
  const dir = join(mkdtempSync(join(folder, 'bundle-')), 'brightness')
  await writeBrightnessBundle(dir, changes)
  expect((await answer(['model', 'register', dir, '-c', config])).code).toBe(0)
}

const step = (camera: string, phase: string, version: string) => (line: string) => {
  const found = JSON.parse(line)
  return found.cameraId === camera && found.phase === phase && found.modelVersion === version
}

async function metrics(process: VireoProcess): Promise<string> {
  for (;;) {
    const address = /"address":"([^"]+)"/.exec(process.errors())?.[1]
    if (address) return (await fetch(`${address}/metrics`)).text()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const droppedOrCut = (text: string) =>
  text.split('\n').filter((line) => /^vireo_drops_total\{stage="(infer|clip)"/.test(line))

describe.skipIf(!ready)('vireo run with a model of the registry', () => {
  it('shadows what is promoted, swaps it in without losing a frame or clip, and goes back when told to', async () => {
    const config = configure('swap', '{ shadowClips: 40 }')
    await register(config, { version: '1.0.0' })
    const early = start(['run', '-c', config, '--json'])
    expect(await early.ended).toBe(65)
    expect(early.errors()).toContain('brightness has no live version')
    await answer(['model', 'promote', 'brightness', '1.0.0', '-c', config])

    const process = start(['run', '-c', config, '--json'])
    await process.line(step('gate', 'new', '1.0.0'))
    // The same geometry and labels, another threshold: nothing is attached anew.
    await register(config, { version: '1.1.0', threshold: 0.45 })
    const promoted = await answer(['model', 'promote', 'brightness', '1.1.0', '--wait', '-c', config])
    expect(promoted.value).toMatchObject({ live: '1.1.0', previous: '1.0.0', shadow: null })
    await process.line(step('gate', 'new', '1.1.0'))
    await process.line(step('yard', 'new', '1.1.0'))
    const { value } = await answer(['model', 'show', 'brightness', '-c', config])
    expect(value.history.map(({ action }: { action: string }) => action)).toEqual([
      'promote',
      'shadow',
      'promote',
    ])
    expect(value.history[2]).toMatchObject({
      who: 'vireo run',
      reason: expect.stringMatching(/^agreed on \d/),
    })
    expect(value.history[2].details.clips).toBeGreaterThanOrEqual(40)
    const text = await metrics(process)
    expect(droppedOrCut(text)).toEqual([])
    expect(text).toMatch(/vireo_model_live\{model="light",version="1.1.0"\} 1/)
    expect(text).toMatch(/vireo_infer_workers\{model="light",provider="cpu"\} 1/)
    for (const camera of ['gate', 'yard'])
      expect(text).toMatch(new RegExp(`vireo_camera_state\\{camera="${camera}",state="live"\\} 1`))
    expect(text).not.toMatch(/^vireo_camera_restarts_total\{/m)

    await answer(['model', 'rollback', 'brightness', '--reason', 'a test', '-c', config])
    while (!/"version":"1.0.0","former":"1.1.0"/.test(process.errors()))
      await new Promise((resolve) => setTimeout(resolve, 50))
    const seen = process.lines.length
    await process.line((line) => process.lines.indexOf(line) >= seen && step('gate', 'new', '1.0.0')(line))
    expect(droppedOrCut(await metrics(process))).toEqual([])
    process.child.kill('SIGTERM')
    expect(await process.ended).toBe(0)
  })

  it('attaches cameras anew for a version that wants other frames', async () => {
    const config = configure('geometry', '{ shadowClips: 10 }')
    await register(config, { version: '1.0.0' })
    await register(config, { version: '2.0.0', widthPx: 96, heightPx: 54 })
    await answer(['model', 'promote', 'brightness', '1.0.0', '-c', config])
    const process = start(['run', '-c', config, '--json'])
    await process.line(step('gate', 'new', '1.0.0'))
    const promoted = await answer(['model', 'promote', 'brightness', '2.0.0', '--wait', '-c', config])
    expect(promoted.value).toMatchObject({ live: '2.0.0' })
    await process.line(step('gate', 'new', '2.0.0'))
    await process.line(step('yard', 'new', '2.0.0'))
    expect(process.errors()).not.toContain('BUG_UNEXPECTED')
  })

  it('refuses a version that disagrees too often, and keeps what they disagreed about', async () => {
    const config = configure('refuse', '{ shadowClips: 60, minAgreement: 0.9 }')
    await register(config, { version: '1.0.0' })
    await register(config, { version: '1.1.0', factor: 4 })
    await answer(['model', 'promote', 'brightness', '1.0.0', '-c', config])
    const process = start(['run', '-c', config, '--json'])
    await process.line(step('gate', 'new', '1.0.0'))
    const refused = await answer(['model', 'promote', 'brightness', '1.1.0', '--wait', '-c', config])
    expect(refused.code).toBe(65)
    expect(refused.errors).toMatch(/was not taken: agreed on \d/)
    const { value } = await answer(['model', 'show', 'brightness', '-c', config])
    expect(value.state).toMatchObject({ live: '1.0.0', shadow: null })
    const registry = openModelRegistry({ dir: join(folder, 'data-refuse/registry'), clock: systemClock })
    const [found] = registry.disagreements.list({ model: 'light' }, { limit: 1 }).items
    registry.close()
    expect(found).toMatchObject({
      liveVersion: '1.0.0',
      shadowVersion: '1.1.0',
      liveLabels: [],
      shadowLabels: ['bright'],
    })
    expect(process.lines.some((line) => JSON.parse(line).modelVersion === '1.1.0')).toBe(false)
  })

  it('rolls back by itself when the new version raises far more alerts', async () => {
    const config = configure('watch', '{ shadowClips: 0, maxAlertFactor: 1.5, minAlerts: 3 }')
    // Never bright enough: no alerts at all, then one in every blink.
    await register(config, { version: '1.0.0', threshold: 0.99 })
    await register(config, { version: '1.1.0', threshold: 0.5 })
    await answer(['model', 'promote', 'brightness', '1.0.0', '-c', config])
    const process = start(['run', '-c', config, '--json'])
    await metrics(process)
    await new Promise((resolve) => setTimeout(resolve, 12_000))
    await answer(['model', 'promote', 'brightness', '1.1.0', '--now', '-c', config])
    await process.line(step('gate', 'new', '1.1.0'))
    while (!/the version is rolled back/.test(process.errors()))
      await new Promise((resolve) => setTimeout(resolve, 50))
    const { value } = await answer(['model', 'show', 'brightness', '-c', config])
    expect(value.state).toMatchObject({ live: '1.0.0', previous: null })
    expect(value.history.at(-1)).toMatchObject({
      action: 'rollback',
      reason: expect.stringMatching(/^\d+ alerts in/),
    })
  })
})
