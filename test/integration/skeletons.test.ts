import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { testRules } from '../../pipelines/look/test-rules.ts'
import { traceCamera } from '../../pipelines/look/trace-camera.ts'
import { takeSnapshot } from '../../src/cli/camera/take-snapshot.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import { decodeBodies, standingReadings } from '../../src/skeleton/body-file.ts'
import { skeletonWindow } from '../../src/skeleton/skeleton-window.ts'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBodiesBundle } from '../support/bodies-bundle.ts'
import { writeSkeletonBundle } from '../support/skeleton-bundle.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

let folder: string
let video: string
let rules: string
const running: VireoProcess[] = []
const lying = {
  name: 'lies',
  when: { all: [{ label: 'person' }, { action: { label: 'low', of: 'track', above: 0.6 }, for: '500ms' }] },
  clear: '200ms',
  hold: '200ms',
  cooldown: '0s',
  parked: '0s',
}

beforeAll(async () => {
  folder = tempDir('skeletons')
  await writeBodiesBundle(join(folder, 'bodies'))
  await writeSkeletonBundle(join(folder, 'skeleton'), { heightPx: 36 })
  // Dark for three seconds: the body is high; bright for three: it is low.
  video = await blinkVideo()
  rules = join(folder, 'rules.yaml')
  writeFileSync(rules, JSON.stringify({ rules: [lying] }))
})

const startMs = Date.parse('2026-05-01T08:00:00Z')

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

const replayed = async (...models: string[]) => {
  const steps: AlertStep[] = []
  const detector = join(folder, 'bodies')
  const options = { video, detector, models: models.map((path) => ({ path })), startMs }
  await testRules(rules, options, (step) => steps.push(step))
  return steps
}

function configOf(more: object = {}): string {
  const file = join(folder, 'v.yaml')
  const config = {
    version: 1,
    dataDir: join(folder, 'none'),
    cameras: [{ id: 'gate', url: video, loop: true }],
    models: [
      { name: 'bodies', path: join(folder, 'bodies') },
      { name: 'actions', path: join(folder, 'skeleton') },
    ],
    alerts: {
      rules: [{ name: 'down', label: 'low', onThreshold: 0.6, offThreshold: 0.5, minDurationMs: 0 }],
    },
    behaviours: { rules: [lying] },
    ...more,
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

describe('a model of skeletons on a video', () => {
  it('lets rules ask for the action of a person, from detections to alerts, the same every time', async () => {
    const steps = await replayed(join(folder, 'skeleton'))
    const news = steps.filter(({ phase }) => phase === 'new')
    expect(news.map(({ rule, trackIds }) => [rule, trackIds])).toEqual([
      ['lies', ['1']],
      ['lies', ['1']],
    ])
    const seconds = news.map(({ lastPtsUs }) => lastPtsUs / 1e6)
    // A window of two seconds is low when most of it is bright.
    expect(seconds[0]).toBeGreaterThan(4)
    expect(seconds[0]).toBeLessThan(6)
    expect(seconds[1]! - seconds[0]!).toBeCloseTo(6, 0)
    expect(await replayed(join(folder, 'skeleton'))).toEqual(steps)
  })

  it('is refused where nothing finds keypoints', async () => {
    const options = { video, models: [{ path: join(folder, 'skeleton') }], startMs }
    await expect(testRules(rules, options, () => {})).rejects.toThrow(/model "model-1" of kind skeleton/)
  })

  it('raises alerts of its labels and of rules on a camera, and trace tells of its windows', async () => {
    const heard: string[] = []
    const summary = await traceCamera({ config: configOf(), camera: 'gate', video, seconds: 8 }, (event) => {
      if (event.kind === 'step') heard.push(`${event.step.rule} ${event.step.phase}`)
      else heard.push(`clip of ${event.model} ${event.trackId === null ? '' : 'track'}`)
    })
    expect(heard).toContain('clip of actions track')
    expect(heard).toContain('down new')
    expect(heard).toContain('lies new')
    expect(summary.asked.actions).toBeGreaterThan(6)
    expect(summary.asked.actions).toBeLessThan(18)
    expect(summary.rules).toMatchObject([{ rule: 'down', why: null }])
    expect(summary.rules[0]!.alerts).toBeGreaterThan(0)
  })

  it('is in the annotated picture with what people do', async () => {
    const out = join(folder, 'gate.png')
    const text = await takeSnapshot('gate', {
      config: configOf(),
      out,
      annotate: true,
      seconds: 4,
      json: true,
    })
    const said = JSON.parse(text)
    expect(said.tracks).toHaveLength(1)
    expect(said.scores).toMatchObject([{ model: 'actions', trackId: said.tracks[0].id }])
  })
})

describe('vireo run with a model of skeletons', () => {
  it('keeps what was found of people beside the clips of alerts and samples', async () => {
    const dataDir = join(folder, 'data')
    const sampling = { perHour: { uncertain: 0, disagreement: 0, anomaly: 0, random: 60 }, apartMs: 0 }
    const config = configOf({
      dataDir,
      sampling,
      recording: { preRollMs: 2000, postRollMs: 500 },
      http: { port: 0 },
    })
    const run = vireo(['run', '--config', config, '--json'])
    running.push(run)
    const files = () => globSync('clips/gate/*/*.poses', { cwd: dataDir })
    const kept = () => files().map((name) => decodeBodies(readFileSync(join(dataDir, name), 'utf8'))!)
    const about = () => kept().filter(({ trackIds }) => trackIds.length > 0)
    await expect.poll(() => about().length, { timeout: 60_000, interval: 500 }).toBeGreaterThan(0)
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    for (const { trackIds, tracks, fromUs, toUs, picture } of about()) {
      expect(picture.heightPx).toBe(36)
      const own = tracks.find(({ id }) => id === trackIds[0])!
      expect(own.readings.length).toBeGreaterThan(5)
      expect(toUs).toBeGreaterThanOrEqual(fromUs)
      const span = { endPtsUs: own.readings.at(-1)!.untilUs, frames: 20, sampleFps: 10 }
      expect(skeletonWindow(standingReadings(own.readings), [], span)).not.toBeNull()
    }
    // Each lies beside its clip.
    const clips = new Set(globSync('clips/gate/*/*.mp4', { cwd: dataDir }))
    expect(files().filter((name) => !clips.has(name.replace('.poses', '.mp4')))).toEqual([])
  })
})
