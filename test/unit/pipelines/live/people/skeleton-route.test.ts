import { EMPTY, NEVER, Subject } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { liveRoute } from '../../../../../pipelines/live/live.ts'
import { createSceneWatch } from '../../../../../pipelines/live/people/scene-watch.ts'
import { createAlertTracker } from '../../../../../src/alert/alert-tracker.ts'
import { decodeSchema } from '../../../../../src/bundle/decode-schema.ts'
import type { CameraSource } from '../../../../../src/camera/source-contract.ts'
import { parseConfig } from '../../../../../src/config/load.ts'
import type { AlertStep } from '../../../../../src/core/alert.ts'
import type { ModelContract } from '../../../../../src/core/bundle.ts'
import type { CameraStatus } from '../../../../../src/core/camera-status.ts'
import type { Clip, Scores } from '../../../../../src/core/clip.ts'
import { systemClock } from '../../../../../src/core/clock.ts'
import type { Frame } from '../../../../../src/core/frame.ts'
import { keypoint } from '../../../../../src/core/pose.ts'
import { noTelemetry } from '../../../../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../../../../src/infer/inference-engine.ts'
import { behavioursSchema } from '../../../../support/behaviours-schema.ts'

const spec = { widthPx: 100, heightPx: 100, sampleFps: 10 }
const model: ModelContract = {
  name: 'actions',
  version: '1',
  kind: 'skeleton',
  frames: 20,
  sampleFps: 10,
  strideFrames: 5,
  widthPx: 1,
  heightPx: 1,
  labels: ['low'],
}
const rule = {
  name: 'down',
  label: 'low',
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

const cameraOf = (motion: object) =>
  parseConfig(JSON.stringify({ version: 1, cameras: [{ id: 'gate', url: 'rtsp://192.0.2.1/a', motion }] }), {
    file: 'vireo.yaml',
    env: {},
  }).cameras[0]!

/** MoveNet multipose: the keypoints of one person (y, x, score), the box and its score; all at one height. */
function person(y: number, score = 0.9): number[] {
  const points = Array.from({ length: 17 }, (_, n) => [y, 0.3 + n * 0.02, score])
  return [...points.flat(), 0.2, 0.3, 0.9, 0.7, 0.9]
}

/** One person whose keypoints are as high in frame `n` as `heightOf` says (0–1, down); the score is their mean height. */
function create(
  options: { heightOf?: (n: number) => number; motion?: object; pixels?: (n: number) => number } = {},
) {
  const { heightOf = () => 0.8, motion = { enabled: false }, pixels = () => 40 } = options
  const frames = new Subject<Frame>()
  const status = new Subject<CameraStatus>()
  const asked: string[] = []
  const source = {
    id: 'gate',
    status$: status,
    fragments$: EMPTY,
    sound$: NEVER,
    frames$(given: typeof spec) {
      asked.push(`${given.widthPx}x${given.heightPx}`)
      return frames
    },
  } as unknown as CameraSource
  const clips: Clip[] = []
  let drops = false
  const engine = {
    bundle: () => ({
      name: 'people',
      labels: [{ name: 'person', threshold: 0.3, background: false }],
      input: { ...spec, name: 'in' },
      output: { name: 'out', activation: 'none' },
      decode: decodeSchema.parse({ head: 'movenet', shape: [1, 56], nmsIou: null }),
    }),
    strideScale: () => 1,
    infer(clip: Clip): Promise<Scores | null> {
      const { modelName, trackId, bodies } = clip
      if (modelName === 'people') {
        const values = Float32Array.from(person(heightOf(clip.frames[0]!.seq)))
        return Promise.resolve({ modelVersion: '1', values } as unknown as Scores)
      }
      clips.push(clip)
      const numbers = new Float32Array(bodies!.buffer)
      const hips = Array.from({ length: 20 }, (_, n) => numbers[n * 102 + keypoint.leftHip * 3 + 1]!)
      const low = hips.reduce((sum, y) => sum + y, 0) / 20 / 100
      const { frames: none, bodies: given, ...rest } = clip
      const scores = {
        ...rest,
        modelVersion: '1',
        labels: ['low'],
        values: Float32Array.of(low),
        trackId: trackId!,
      }
      return Promise.resolve(drops ? null : scores)
    },
  } as unknown as InferenceEngine
  const plan = {
    modelName: 'people',
    name: 'people',
    version: '1',
    highScore: 0.3,
    leastKeypointScore: 0.3,
    spec,
  }
  const lying = { name: 'lies', when: { action: { label: 'low', of: 'track', above: 0.5 }, for: '1s' } }
  const watch = createSceneWatch({
    behaviours: { ...behavioursSchema.parse({ rules: [lying] }), cameraId: 'gate' },
    detector: plan,
    configHash: 'abc',
    idPrefix: '',
    telemetry: noTelemetry,
  })
  const steps: AlertStep[] = []
  const ends: string[] = []
  const scored: Scores[] = []
  const subscription = liveRoute({
    camera: cameraOf(motion),
    source,
    engine,
    watchers: [
      {
        model,
        scope: 'person',
        alerts: createAlertTracker({
          cameraId: 'gate',
          rules: [rule],
          configHash: 'abc',
          telemetry: noTelemetry,
        }),
      },
    ],
    fusions: [],
    people: { plan, pose: null, watch },
    read: (scores: Scores) => scores,
    onScores: (scores) => scored.push(scores),
    clock: systemClock,
    telemetry: noTelemetry,
  }).subscribe({
    next: (step) => steps.push(step),
    error: (thrown: Error) => ends.push(thrown.message),
    complete: () => ends.push('complete'),
  })
  const send = async (from: number, to: number, epoch = 1) => {
    for (let n = from; n < to; n += 1) {
      const data = new Uint8Array(spec.widthPx * spec.heightPx * 3).fill(pixels(n))
      const at = { seq: n, ptsUs: n * 100_000, arrivalMs: 1e6 + n * 100, arrivalMonoMs: n * 100 }
      frames.next({ cameraId: 'gate', epoch, ...at, widthPx: 100, heightPx: 100, data })
      for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
    }
  }
  return {
    asked,
    clips,
    ends,
    frames,
    scored,
    send,
    status,
    steps,
    subscription,
    dropAll: () => {
      drops = true
    },
    phases: () => steps.map(({ rule: name, phase, endReason }) => `${name} ${endReason ?? phase}`),
    ends$: (): number[] => clips.map(({ lastPtsUs }) => lastPtsUs / 1000),
  }
}

describe('liveRoute with a model of skeletons', () => {
  let route: ReturnType<typeof create>
  afterEach(() => route.subscription.unsubscribe())

  it('never: asks for the frames of the detector alone and says nothing while none comes', async () => {
    route = create()
    await route.send(0, 0)
    expect(new Set(route.asked)).toEqual(new Set(['100x100']))
    expect([route.steps, route.clips, route.ends]).toEqual([[], [], []])
  })

  it('empty: completes with the source', async () => {
    route = create()
    route.frames.complete()
    route.status.complete()
    await route.send(0, 0)
    expect(route.ends).toEqual(['complete'])
  })

  it('values: keypoints become windows, scores, and alerts about the person, of labels and of behaviours', async () => {
    route = create({ heightOf: (n) => (n < 20 ? 0.2 : 0.8) })
    await route.send(0, 60)
    // The track stands with its second frame; three tenths of a window later the first window is there.
    expect(route.ends$().slice(0, 3)).toEqual([700, 1200, 1700])
    expect(route.phases().filter((phase) => phase.endsWith('new'))).toEqual(['down new', 'lies new'])
    expect(route.steps.every(({ trackIds }) => trackIds?.[0] === '1')).toBe(true)
    expect(route.scored).toHaveLength(route.clips.length)
  })

  it('values: who lies still is scored when they are looked at, and their alert stays', async () => {
    // The picture changes only in its first two seconds; then the detector is asked every five.
    route = create({ motion: { enabled: true }, pixels: (n) => (n < 20 ? 40 + (n % 2) * 60 : 40) })
    await route.send(0, 200)
    expect(route.phases()).toEqual(['down new', 'lies new'])
    const late = route.ends$().filter((endMs) => endMs > 10_000)
    expect(late.length).toBeGreaterThanOrEqual(1)
    expect(late.length).toBeLessThanOrEqual(3)
  })

  it('error: what the frames fail with comes out', async () => {
    route = create()
    await route.send(0, 15)
    route.frames.error(new Error('broken'))
    await route.send(0, 0)
    expect(route.ends).toEqual(['broken'])
  })

  it('unending: a lost camera ends its alerts, and no window goes on over its next connection', async () => {
    route = create()
    await route.send(0, 25)
    route.status.next({ state: 'offline', epoch: 1 } as CameraStatus)
    expect(route.phases()).toContain('down camera_lost')
    const before = route.clips.length
    await route.send(26, 32, 2)
    expect(route.clips).toHaveLength(before)
    await route.send(32, 36, 2)
    expect(route.clips.slice(before)).toMatchObject([{ epoch: 2, firstPtsUs: 2_700_000 }])
  })

  it('early disposal: lets go of the source', async () => {
    route = create()
    await route.send(0, 5)
    route.subscription.unsubscribe()
    expect([route.frames.observed, route.status.observed]).toEqual([false, false])
  })

  it('overflow: windows that inference had no room for raise nothing', async () => {
    route = create()
    route.dropAll()
    await route.send(0, 40)
    expect(route.clips.length).toBeGreaterThan(0)
    expect(route.steps).toEqual([])
  })
})
