import { Subject } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { type PeopleMoment, peopleRoute } from '../../../../../pipelines/live/people/people.ts'
import { createSceneWatch } from '../../../../../pipelines/live/people/scene-watch.ts'
import { decodeSchema } from '../../../../../src/bundle/decode-schema.ts'
import type { Clip, Scores } from '../../../../../src/core/clip.ts'
import type { GatedFrame } from '../../../../../src/core/frame.ts'
import { noTelemetry } from '../../../../../src/core/telemetry-port.ts'
import { behavioursSchema } from '../../../../support/behaviours-schema.ts'

const spec = { widthPx: 100, heightPx: 100, sampleFps: 5 }
const whole = {
  name: 'all',
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
}
const visit = { name: 'visit', preset: 'intrusion', with: { zone: 'all', for: '200ms' } }

function frame(n: number, epoch = 1): GatedFrame {
  const at = { arrivalMs: 1000 + n * 200, arrivalMonoMs: n * 200, seq: n, ptsUs: n * 200_000 }
  return {
    frame: { cameraId: 'gate', epoch, ...at, widthPx: 100, heightPx: 100, data: new Uint8Array(30_000) },
    motion: 1,
    active: true,
  }
}

/** A detector that sees one person; it answers when it is told to. */
function create(options: { answers?: boolean } = {}) {
  const waiting: (() => void)[] = []
  const asked: Clip[] = []
  let drops = false
  const engine = {
    bundle: () =>
      ({
        name: 'people',
        labels: [{ name: 'person', threshold: 0.5, background: false }],
        input: { ...spec, name: 'in' },
        output: { name: 'out', activation: 'none' },
        decode: decodeSchema.parse({ head: 'boxes', shape: [1, 6], corners: 'corners', nmsIou: null }),
      }) as never,
    strideScale: () => 1,
    infer(clip: Clip): Promise<Scores | null> {
      asked.push(clip)
      const scores = drops
        ? null
        : ({ modelVersion: '1', values: Float32Array.of(20, 20, 60, 90, 0.9, 0) } as unknown as Scores)
      if (options.answers === false) return new Promise((resolve) => waiting.push(() => resolve(scores)))
      return Promise.resolve(scores)
    },
  }
  const plan = { modelName: 'people', name: 'people', version: '1', highScore: 0.5, spec }
  const watch = createSceneWatch({
    behaviours: { ...behavioursSchema.parse({ zones: [whole], rules: [visit] }), cameraId: 'gate' },
    detector: plan,
    configHash: 'abc',
    idPrefix: '',
    telemetry: noTelemetry,
  })
  const frames = new Subject<GatedFrame>()
  const lost = new Subject<{ epoch: number }>()
  const route$ = peopleRoute({
    people: { plan, watch },
    frames$: frames,
    lost$: lost,
    engine,
    clock: { monoMs: () => 7 },
  })
  const seen: PeopleMoment[] = []
  const ends: string[] = []
  const subscription = route$.subscribe({
    next: (moment) => seen.push(moment),
    error: (thrown: Error) => ends.push(thrown.message),
    complete: () => ends.push('complete'),
  })
  return {
    frames,
    lost,
    seen,
    ends,
    subscription,
    asked,
    waiting,
    dropAll: () => {
      drops = true
    },
    steps: () => seen.flatMap(({ steps }) => steps).map(({ phase, endReason }) => endReason ?? phase),
  }
}

/** Lets the answers that are there come through. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

describe('peopleRoute', () => {
  let route: ReturnType<typeof create>
  afterEach(() => route.subscription.unsubscribe())

  it('never: says nothing while no frame comes', async () => {
    route = create()
    await settle()
    expect([route.seen, route.ends]).toEqual([[], []])
  })

  it('empty: completes with the frames', async () => {
    route = create()
    route.frames.complete()
    await settle()
    expect(route.ends).toEqual(['complete'])
    expect(route.seen.every(({ update }) => update === null)).toBe(true)
  })

  it('values: a moment for each frame, in order, with tracks and alerts', async () => {
    route = create()
    for (let n = 0; n < 6; n += 1) route.frames.next(frame(n))
    await settle()
    expect(route.seen.map(({ update }) => update?.ptsUs)).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * 200_000))
    expect(route.seen.at(-1)!.update!.tracks).toMatchObject([{ id: '1', label: 'person' }])
    expect(route.steps()).toEqual(['new'])
    route.frames.complete()
    await settle()
    expect(route.steps()).toEqual(['new', 'shutdown'])
    expect(route.ends).toEqual(['complete'])
  })

  it('error: what the frames fail with comes out, and nobody is waited for', async () => {
    route = create()
    route.frames.next(frame(0))
    await settle()
    route.frames.error(new Error('broken'))
    await settle()
    expect(route.ends).toEqual(['broken'])
    expect(route.lost.observed).toBe(false)
  })

  it('unending: answers late, and still in the order of the frames', async () => {
    route = create({ answers: false })
    for (let n = 0; n < 3; n += 1) route.frames.next(frame(n))
    await settle()
    expect(route.seen).toEqual([])
    for (const answer of [...route.waiting].reverse()) answer()
    await settle()
    expect(route.seen.map(({ update }) => update?.ptsUs)).toEqual([0, 200_000, 400_000])
    expect(route.ends).toEqual([])
  })

  it('early disposal: lets go of frames and status', () => {
    route = create()
    expect([route.frames.observed, route.lost.observed]).toEqual([true, true])
    route.subscription.unsubscribe()
    expect([route.frames.observed, route.lost.observed]).toEqual([false, false])
  })

  it('overflow: a frame that inference had no room for is passed over', async () => {
    route = create()
    route.dropAll()
    for (let n = 0; n < 4; n += 1) route.frames.next(frame(n))
    await settle()
    expect(route.asked).toHaveLength(4)
    expect(route.seen).toEqual([])
  })

  it('ends what is open when the camera is lost, and outlives an error of the status', async () => {
    route = create()
    for (let n = 0; n < 6; n += 1) route.frames.next(frame(n))
    await settle()
    route.lost.next({ epoch: 1 })
    expect(route.steps()).toEqual(['new', 'camera_lost'])
    route.lost.error(new Error('status'))
    for (let n = 0; n < 6; n += 1) route.frames.next(frame(n, 2))
    await settle()
    expect(route.steps()).toEqual(['new', 'camera_lost', 'new'])
  })
})
