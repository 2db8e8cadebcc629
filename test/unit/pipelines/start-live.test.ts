import type { spawn as nodeSpawn } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { type LiveCameras, startLive } from '../../../pipelines/start-live.ts'
import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { CameraStatus } from '../../../src/core/camera-status.ts'
import type { EventIntake } from '../../../src/event/event-intake.ts'
import type { InferenceEngine } from '../../../src/infer/inference-engine.ts'
import type { SampleStore } from '../../../src/store/tables/sample-store.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { createFakeClock } from '../infer/fake-clock.ts'
import { countingTelemetry } from '../record/sample-fragments.ts'

const bundle = {
  formatVersion: 1,
  name: 'actions',
  version: '1.0.0',
  kind: 'clip',
  description: '',
  license: 'MIT',
  temporal: { frames: 8, sampleFps: 8, strideFrames: 4 },
  warmupClips: 0,
  states: [],
  input: { name: 'in', widthPx: 64, heightPx: 48 },
  output: { name: 'out', activation: 'sigmoid' },
  labels: ['falling', 'walking'].map((name) => ({ name, threshold: 0.6, background: false })),
  graph: 'model.onnx',
  files: [],
  parent: null,
  dataset: null,
  metrics: {},
} as Bundle

const gate = { id: 'gate', url: 'rtsp://192.0.2.1/a' }
const yard = { id: 'yard', url: 'rtsp://192.0.2.2/a' }
const door = { id: 'door', url: 'rtsp://192.0.2.3/a' }
const rules = (more: object = {}) => ({ alerts: { rules: [{ name: 'fall', label: 'falling', ...more }] } })

const dataDir = tempDir('start-live')
const configOf = (cameras: readonly object[], more: object = {}) =>
  parseConfig(
    JSON.stringify({
      version: 1,
      dataDir,
      cameras,
      models: [{ name: 'actions', path: './actions' }],
      recording: { clips: false },
      ...rules(),
      ...more,
    }),
    { file: 'vireo.yaml', env: {} },
  )
type Configured = ReturnType<typeof configOf>

const started: LiveCameras[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((live) => live.close()))
})

/** The cameras of a configuration whose clock stands still, so that none is connected to. */
function create(config: Configured) {
  const time = createFakeClock()
  const counted = countingTelemetry()
  const statuses: CameraStatus[] = []
  const spawned: string[] = []
  const live = startLive({
    config,
    engine: { bundle: () => bundle, strideScale: () => 1 } as unknown as InferenceEngine,
    intake: { status: (status: CameraStatus) => void statuses.push(status) } as unknown as EventIntake,
    samples: { samplesSince: () => [], waitingSamples: () => 0 } as unknown as SampleStore,
    spawn: ((program: string) => {
      spawned.push(program)
      throw new Error('no camera may be connected to')
    }) as unknown as typeof nodeSpawn,
    clock: time.clock,
    random: () => 0,
    telemetry: counted.telemetry,
  })
  started.push(live)
  const ids = () => live.sources().map(({ id }) => id)
  return { ...counted, time, live, statuses, spawned, ids, source: (id: string) => sourceOf(live, id) }
}
const sourceOf = (live: LiveCameras, id: string) => live.sources().find((source) => source.id === id)

const nothing = { attached: [], detached: [], changed: [], retuned: [] }

describe('startLive.apply', () => {
  const before = [gate, yard]
  const other = { url: 'rtsp://192.0.2.9/a' }

  it.each([
    ['nothing', configOf(before), {}],
    ['the order of cameras', configOf([yard, gate]), {}],
    ['how long footage is kept', configOf(before, { recording: { clips: false, keepDays: 1 } }), {}],
    ['a new camera', configOf([gate, yard, door]), { attached: ['door'] }],
    ['one camera less', configOf([gate]), { detached: ['yard'] }],
    ['a camera that is paused', configOf([gate, { ...yard, paused: true }]), { detached: ['yard'] }],
    ['another address', configOf([{ ...gate, ...other }, yard]), { changed: ['gate'] }],
    ['another threshold', configOf(before, rules({ onThreshold: 0.9 })), { retuned: ['gate', 'yard'] }],
    [
      'another quota of samples',
      configOf(before, { sampling: { maxWaiting: 5 } }),
      { retuned: ['gate', 'yard'] },
    ],
    [
      'another rule',
      configOf(before, { alerts: { rules: [{ name: 'walk', label: 'walking' }] } }),
      { changed: ['gate', 'yard'] },
    ],
    [
      'all at once',
      configOf([{ ...gate, ...other }, door], rules({ onThreshold: 0.9 })),
      { attached: ['door'], detached: ['yard'], changed: ['gate'] },
    ],
    [
      'one that changes beside one that is retuned',
      configOf([{ ...gate, ...other }, yard], rules({ cooldownMs: 1 })),
      { changed: ['gate'], retuned: ['yard'] },
    ],
    ['no camera at all', configOf([]), { detached: ['gate', 'yard'] }],
  ])('%s', async (_name, after, wanted) => {
    const { live, ids, source, spawned } = create(configOf(before))
    const kept = new Map(live.sources().map((each) => [each.id, each]))
    const changes = await live.apply(after)
    expect(changes).toEqual({ ...nothing, ...wanted })
    expect(ids().sort()).toEqual(after.cameras.flatMap(({ id, paused }) => (paused ? [] : [id])).sort())
    const moved = [...changes.attached, ...changes.changed]
    for (const id of ids()) expect([id, source(id) === kept.get(id)]).toEqual([id, !moved.includes(id)])
    expect(await live.apply(after)).toEqual(nothing)
    expect(spawned).toEqual([])
  })

  it('takes changes one after another, each from where the one before it ended', async () => {
    const { live, ids } = create(configOf([gate]))
    const [first, second, third] = await Promise.all([
      live.apply(configOf([gate, yard])),
      live.apply(configOf([yard])),
      live.apply(configOf([yard], rules({ onThreshold: 0.9 }))),
    ])
    expect([first.attached, second.detached, third.retuned]).toEqual([['yard'], ['gate'], ['yard']])
    expect(ids()).toEqual(['yard'])
  })

  it('refuses a configuration as a whole, and takes the next one', async () => {
    const { live, ids } = create(configOf([gate]))
    const wrong = configOf([yard], { alerts: { rules: [{ name: 'fly', label: 'flying' }] } })
    expect(() => live.check(wrong)).toThrow(/flying/)
    await expect(live.apply(wrong)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(ids()).toEqual(['gate'])
    expect(await live.apply(configOf([yard]))).toEqual({ ...nothing, attached: ['yard'], detached: ['gate'] })
  })

  it('sets a camera aside that cannot be attached, and tries it again with the next configuration', async () => {
    const config = configOf([gate, yard])
    // What a variable of the environment may hold, which is known only when the camera is attached.
    const broken = {
      ...config,
      cameras: config.cameras.map((each) => ({
        ...each,
        ...(each.id === 'yard' && { url: 'ftp://192.0.2.2/a' }),
      })),
    }
    const { live, ids, statuses } = create(broken)
    expect(ids()).toEqual(['gate'])
    expect(statuses.at(-1)).toMatchObject({ cameraId: 'yard', state: 'offline', code: 'CAMERA_URL' })
    expect(live.statuses().find(({ cameraId }) => cameraId === 'yard')?.state).toBe('offline')
    expect(await live.apply(config)).toEqual({ ...nothing, attached: ['yard'] })
    expect(ids().sort()).toEqual(['gate', 'yard'])
    expect(
      live
        .statuses()
        .filter(({ cameraId }) => cameraId === 'yard')
        .map(({ code }) => code),
    ).not.toContain('CAMERA_URL')
  })

  it('starts no camera that was taken away before its turn', async () => {
    const { live, time, spawned } = create(configOf([gate, yard]))
    await live.apply(configOf([]))
    await time.pass(60_000)
    expect([live.sources(), live.statuses(), spawned, time.timers]).toEqual([[], [], [], 0])
  })
})
