import { EMPTY, NEVER, Subject } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { liveRoute, type Watcher } from '../../../../pipelines/live/live.ts'
import { createSceneWatch } from '../../../../pipelines/live/people/scene-watch.ts'
import { createAlertTracker } from '../../../../src/alert/alert-tracker.ts'
import type { CameraSource } from '../../../../src/camera/source-contract.ts'
import { parseConfig } from '../../../../src/config/load.ts'
import type { AlertStep } from '../../../../src/core/alert.ts'
import type { ModelContract } from '../../../../src/core/bundle.ts'
import type { CameraStatus } from '../../../../src/core/camera-status.ts'
import type { Clip, Scores } from '../../../../src/core/clip.ts'
import { systemClock } from '../../../../src/core/clock.ts'
import type { Frame } from '../../../../src/core/frame.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../../../src/infer/inference-engine.ts'
import { behavioursSchema } from '../../../support/behaviours-schema.ts'

const camera = parseConfig(
  JSON.stringify({
    version: 1,
    cameras: [{ id: 'gate', url: 'rtsp://192.0.2.1/a', motion: { enabled: false } }],
  }),
  { file: 'vireo.yaml', env: {} },
).cameras[0]!
const model: ModelContract = {
  name: 'actions',
  version: '1',
  kind: 'clip',
  frames: 2,
  sampleFps: 5,
  strideFrames: 1,
  widthPx: 8,
  heightPx: 8,
  labels: ['falling'],
}
const rule = {
  name: 'fall',
  label: 'falling',
  modelName: 'actions',
  severity: 'critical',
  enabled: true,
  onThreshold: 0.5,
  offThreshold: 0.3,
  minDurationMs: 0,
  cooldownMs: 0,
  updateEveryMs: 60_000,
  clearAfterMs: 0,
} as never

/** A frame with one bright block of people where the motion detector looks. */
function frame(n: number, spec: { widthPx: number; heightPx: number }): Frame {
  const data = new Uint8Array(spec.widthPx * spec.heightPx * 3).fill(40)
  const left = Math.floor(spec.widthPx * 0.2) + n * 4
  for (let y = Math.floor(spec.heightPx * 0.3); y < spec.heightPx * 0.9; y += 1)
    data.fill(
      220,
      (y * spec.widthPx + left) * 3,
      (y * spec.widthPx + left + Math.floor(spec.widthPx * 0.15)) * 3,
    )
  const at = { arrivalMs: 1e6 + n * 200, arrivalMonoMs: n * 200, seq: n, ptsUs: n * 200_000 }
  return { cameraId: 'gate', epoch: 1, ...at, ...spec, data }
}

function create(options: { scope?: 'scene' | 'person'; people?: boolean; score?: number } = {}) {
  const { scope = 'scene', people = false, score = 0.9 } = options
  const streams = new Map<string, { spec: { widthPx: number; heightPx: number }; frames: Subject<Frame> }>()
  const status = new Subject<CameraStatus>()
  const source = {
    id: 'gate',
    status$: status,
    fragments$: EMPTY,
    sound$: NEVER,
    frames$(spec: { widthPx: number; heightPx: number }) {
      const key = `${spec.widthPx}x${spec.heightPx}`
      if (!streams.has(key)) streams.set(key, { spec, frames: new Subject() })
      return streams.get(key)!.frames
    },
  } as unknown as CameraSource
  const clips: Clip[] = []
  let drops = false
  const engine = {
    strideScale: () => 1,
    infer(clip: Clip): Promise<Scores | null> {
      clips.push(clip)
      const { cameraId, epoch, firstPtsUs, lastPtsUs, lastArrivalMonoMs, trackId } = clip
      const times = {
        cameraId,
        epoch,
        firstPtsUs,
        lastPtsUs,
        firstArrivalMs: 0,
        lastArrivalMs: 0,
        lastArrivalMonoMs,
      }
      return Promise.resolve(
        drops
          ? null
          : {
              ...times,
              modelName: 'actions',
              modelVersion: '1',
              labels: ['falling'],
              values: Float32Array.of(score),
              ...(trackId !== undefined && { trackId }),
            },
      )
    },
  } as unknown as InferenceEngine
  const plan = {
    modelName: null,
    name: 'motion',
    version: '1',
    highScore: 0.5,
    spec: { widthPx: 320, heightPx: 180, sampleFps: 5 },
  }
  const watch = createSceneWatch({
    behaviours: {
      ...behavioursSchema.parse({ rules: [{ name: 'someone', when: { label: 'person', for: '400ms' } }] }),
      cameraId: 'gate',
    },
    detector: plan,
    configHash: 'abc',
    idPrefix: '',
    telemetry: noTelemetry,
  })
  const watcher: Watcher = {
    model,
    scope,
    alerts: createAlertTracker({
      cameraId: 'gate',
      rules: [rule],
      configHash: 'abc',
      telemetry: noTelemetry,
    }),
  }
  const steps: AlertStep[] = []
  const ends: string[] = []
  const subscription = liveRoute({
    camera,
    source,
    engine,
    watchers: [watcher],
    fusions: [],
    people: people ? { plan, pose: null, watch } : null,
    read: (scores: Scores) => scores,
    clock: systemClock,
    telemetry: noTelemetry,
  }).subscribe({
    next: (step) => steps.push(step),
    error: (thrown: Error) => ends.push(thrown.message),
    complete: () => ends.push('complete'),
  })
  const all = () => [...streams.values()]
  return {
    steps,
    ends,
    subscription,
    clips,
    status,
    streams: all,
    send: (n: number) => {
      for (const { spec, frames } of all()) frames.next(frame(n, spec))
    },
    complete: () => {
      for (const { frames } of all()) frames.complete()
    },
    dropAll: () => {
      drops = true
    },
    phases: () => steps.map(({ rule: name, phase, endReason }) => `${name} ${endReason ?? phase}`),
  }
}

const settle = async () => {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
}

describe('liveRoute', () => {
  let route: ReturnType<typeof create>
  afterEach(() => route.subscription.unsubscribe())

  it('never: says nothing while no frame comes', async () => {
    route = create({ people: true })
    await settle()
    expect([route.steps, route.ends]).toEqual([[], []])
  })

  it('empty: completes with the source', async () => {
    route = create({ people: true })
    route.complete()
    route.status.complete()
    await settle()
    expect(route.ends).toEqual(['complete'])
  })

  it('values: clips become scores, scores alerts, and they end with the source', async () => {
    route = create()
    for (let n = 0; n < 4; n += 1) route.send(n)
    await settle()
    expect(route.phases()).toEqual(['fall new'])
    route.complete()
    route.status.complete()
    await settle()
    expect(route.phases().at(-1)).toMatch(/^fall (shutdown|end)/)
    expect(route.ends).toEqual(['complete'])
  })

  it('values: detector and model of the scene side by side', async () => {
    route = create({ people: true })
    for (let n = 0; n < 12; n += 1) {
      route.send(n)
      await settle()
    }
    expect(new Set(route.steps.map(({ rule: name }) => name))).toEqual(new Set(['fall', 'someone']))
  })

  it('values: clips of persons get the tracks of every moment, although they are asked for first', async () => {
    route = create({ people: true, scope: 'person' })
    for (let n = 0; n < 12; n += 1) {
      route.send(n)
      await settle()
    }
    expect(route.clips.length).toBeGreaterThan(0)
    expect(route.clips.every(({ trackId }) => trackId !== undefined)).toBe(true)
    expect(route.steps.some(({ rule: name, trackIds }) => name === 'fall' && trackIds?.length === 1)).toBe(
      true,
    )
  })

  it('error: what a stream of frames fails with comes out, and all others are let go', async () => {
    route = create({ people: true })
    route.send(0)
    await settle()
    route.streams()[0]!.frames.error(new Error('broken'))
    await settle()
    expect(route.ends).toEqual(['broken'])
    expect(route.streams().map(({ frames }) => frames.observed)).toEqual([false, false])
  })

  it('unending: ends what is open when the camera is lost, and goes on with its next connection', async () => {
    route = create()
    for (let n = 0; n < 4; n += 1) route.send(n)
    await settle()
    route.status.next({ state: 'offline', epoch: 1 } as CameraStatus)
    expect(route.phases()).toEqual(['fall new', 'fall camera_lost'])
    expect(route.ends).toEqual([])
  })

  it('early disposal: lets go of every stream', () => {
    route = create({ people: true, scope: 'person' })
    expect(route.streams().map(({ frames }) => frames.observed)).toEqual([true, true])
    route.subscription.unsubscribe()
    expect(route.streams().map(({ frames }) => frames.observed)).toEqual([false, false])
    expect(route.status.observed).toBe(false)
  })

  it('overflow: clips that inference had no room for raise nothing', async () => {
    route = create()
    route.dropAll()
    for (let n = 0; n < 6; n += 1) route.send(n)
    await settle()
    expect(route.clips.length).toBeGreaterThan(0)
    expect(route.steps).toEqual([])
  })
})
