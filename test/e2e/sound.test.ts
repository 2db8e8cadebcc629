import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { tones, writeToneBundle } from '../support/tone-bundle.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'
import { writeWav } from '../support/wav.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready)
  process.stderr.write('skipped: alerts from sound (ffmpeg or the GStreamer RTSP server is missing)\n')

let folder: string
let blink: string
let wav: string
let server: RtspServer
const running: VireoProcess[] = []

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('sound')
  await writeBrightnessBundle(join(folder, 'light'), { label: 'event', threshold: 0.95 })
  await writeToneBundle(join(folder, 'ears'), { labels: ['tone', 'event'] })
  // Dark for three seconds, bright for three; a tone in the dark and one in the light.
  blink = await blinkVideo()
  wav = writeWav(
    join(folder, 'tones.wav'),
    tones(12, [
      [0.5, 1.8],
      [4, 5.2],
    ]),
  )
  const args = [
    '-v',
    'error',
    '-i',
    blink,
    '-i',
    wav,
    '-c:v',
    'copy',
    '-c:a',
    'aac',
    '-shortest',
    join(folder, 'gate.mp4'),
  ]
  await promisify(execFile)('ffmpeg', args)
  server = await startRtspServer({ mounts: { '/gate': blink, '/yard': blink }, sounds: { '/gate': wav } })
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})
afterAll(async () => {
  await server?.kill()
})

function start(name: string, text: string): VireoProcess {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(
    file,
    `version: 1
dataDir: ${join(folder, `data-${name}`)}
models:
  - { name: light, path: ${join(folder, 'light')}, intraOpThreads: 1 }
  - { name: ears, path: ${join(folder, 'ears')}, intraOpThreads: 1 }
http: { port: 0 }
${text}`,
  )
  const started = vireo(['run', '--config', file, '--json'], {})
  running.push(started)
  return started
}

const step = (camera: string, label: string, phase: string) => (line: string) => {
  const { cameraId, label: found, phase: at } = JSON.parse(line)
  return cameraId === camera && found === label && at === phase
}

describe.skipIf(!ready)('vireo run with sound', () => {
  it('alerts on what it hears and on what it hears and sees together, and leaves a silent camera alone', async () => {
    const process = start(
      'files',
      `cameras:
  - { id: gate, url: ${join(folder, 'gate.mp4')}, motion: { enabled: false } }
  - { id: yard, url: ${blink}, motion: { enabled: false } }
alerts:
  defaults: { clearAfterMs: 400, cooldownMs: 0 }
  fusion:
    - { label: event, method: noisy-or, windowMs: 800, weights: { light: 0.6, ears: 0.7 } }
  rules:
    - { name: both, label: event, onThreshold: 0.8, severity: critical }
`,
    )
    const fused = JSON.parse(await process.line(step('gate', 'event', 'new')))
    await process.line(step('gate', 'event', 'end'))
    const steps = process.lines.map((line) => JSON.parse(line))
    const heard = steps.filter(({ label, phase }) => label === 'tone' && phase === 'new')
    expect(heard.map(({ cameraId, modelName, rule }) => [cameraId, modelName, rule])).toEqual([
      ['gate', 'ears', 'tone'],
      ['gate', 'ears', 'tone'],
    ])
    // The tones begin at 0.5 s and at 4 s of the file, whose pictures have the same clock.
    expect(heard[0].firstPtsUs / 1e6).toBeGreaterThan(-0.1)
    expect(heard[0].firstPtsUs / 1e6).toBeLessThan(1.1)
    expect(Math.abs(heard[1].firstPtsUs / 1e6 - 4)).toBeLessThan(0.7)
    // The tone in the dark is not enough.
    expect(fused).toMatchObject({ rule: 'both', modelName: 'fusion', severity: 'critical' })
    expect(Math.abs(fused.lastPtsUs / 1e6 - 4.4)).toBeLessThan(0.8)
    expect(fused.modelVersion).toBe('ears 1.0.0, light 1.0.0')
    expect(fused.explanation).toMatch(
      /^event 0\.8\d: noisy-or of ears \d\.\d\d × 0\.7 and light 0\.\d\d × 0\.6 within 0\.8 s$/,
    )
    expect(fused.reasons).toHaveLength(2)
    expect(fused.reasons[0]).toMatchObject({ condition: 'fusion', asked: null })
    expect(steps.filter(({ cameraId }) => cameraId === 'yard')).toEqual([])
    expect(process.errors()).not.toMatch(/"level":"error"|"level":50/)
  })

  it('hears cameras over RTSP', async () => {
    const process = start(
      'rtsp',
      `cameras:
  - { id: gate, url: ${server.url('/gate')}, models: [ears] }
  - { id: yard, url: ${server.url('/yard')}, models: [ears] }
  - { id: deaf, url: ${server.url('/gate')}, models: [ears], sound: false }
`,
    )
    const heard = JSON.parse(await process.line(step('gate', 'tone', 'new')))
    expect(heard).toMatchObject({ modelName: 'ears', modelVersion: '1.0.0' })
    expect(heard.score).toBeGreaterThan(0.7)
    expect(heard.explanation).toBeUndefined()
    const cameras = process.lines.map((line) => JSON.parse(line).cameraId)
    expect(cameras.every((camera) => camera === 'gate')).toBe(true)
  })

  it('takes what it hears as scores of the scene in rules about behaviour', async () => {
    const process = start(
      'rules',
      `cameras:
  - { id: gate, url: ${join(folder, 'gate.mp4')}, models: [ears], detector: motion }
alerts:
  rules: [{ name: off, label: tone, enabled: false }, { name: off-too, label: event, enabled: false }]
behaviours:
  rules:
    - { name: heard, severity: critical, when: { action: { label: tone, of: scene, above: 0.7 } } }
`,
    )
    const alert = JSON.parse(await process.line(step('gate', 'heard', 'new')))
    expect(alert).toMatchObject({ rule: 'heard', severity: 'critical', trackIds: [], detector: 'motion' })
    expect(alert.explanation).toMatch(/tone/)
    expect(alert.firstPtsUs / 1e6).toBeLessThan(3)
  })
})
