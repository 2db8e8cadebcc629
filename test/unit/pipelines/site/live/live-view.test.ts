import type { spawn } from 'node:child_process'
import { BehaviorSubject, ReplaySubject, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { AttachedCamera } from '../../../../../pipelines/live/attach-camera.ts'
import type { TrackMoment } from '../../../../../pipelines/live/people/scene-watch.ts'
import type { CameraPlan } from '../../../../../pipelines/live/plan/plan-camera.ts'
import { createLiveView } from '../../../../../pipelines/site/live/live-view.ts'
import { configShape } from '../../../../../src/config/schema.ts'
import type { CameraStatus } from '../../../../../src/core/camera-status.ts'
import type { Scores } from '../../../../../src/core/clip.ts'
import type { Fragment } from '../../../../../src/core/frame.ts'
import { noTelemetry } from '../../../../../src/core/telemetry-port.ts'
import type { LiveLooker } from '../../../../../src/http/live-port.ts'

const entry = (part: object = {}) => ({ id: 'gate', url: 'rtsp://192.0.2.1/a', ...part })
const configOf = (...cameras: object[]) => configShape.parse({ version: 1, cameras })

function fakeAttached() {
  const fragments = new Subject<Fragment>()
  const status = new ReplaySubject<CameraStatus>(1)
  const moments = new Subject<TrackMoment>()
  const source = {
    id: 'gate',
    fragments$: fragments,
    status$: status,
    trouble$: new BehaviorSubject(null),
  }
  const parts = {
    source,
    main: null,
    stream: null,
    moments$: moments,
    scores$: new Subject<Scores>(),
  } as unknown as AttachedCamera
  const say = (state: CameraStatus['state'], reason: string) =>
    status.next({
      cameraId: 'gate',
      state,
      reason,
      code: null,
      sinceMs: 5,
      epoch: 1,
      attempt: 0,
      picture: 'ok',
    })
  return { parts, fragments, say, moments }
}
const plan = {
  camera: configOf(entry()).cameras[0],
  packets: { analysed: true, main: false },
  people: null,
} as unknown as CameraPlan

function fakeLooker() {
  const told: Record<string, unknown>[] = []
  const shown: string[] = []
  const looker: LiveLooker = {
    tell: (message) => told.push(message as unknown as Record<string, unknown>),
    show: (_bytes, part) => shown.push(part),
  }
  return { looker, told, shown }
}
const piece = (kind: Fragment['kind'], part: Partial<Fragment> = {}): Fragment => ({
  cameraId: 'gate',
  epoch: 1,
  kind,
  keyframe: false,
  ptsUs: 1_000_000,
  durationUs: 200_000,
  arrivalMs: 11_200,
  data: new Uint8Array([1]),
  ...part,
})

function setup(config = configOf(entry())) {
  const now = { config, statuses: [] as CameraStatus[] }
  const view = createLiveView({
    running: () => now.config,
    statuses: () => now.statuses,
    clock: { nowMs: () => 20_000, monoMs: () => 0, after: () => () => {} },
    spawn: (() => {
      throw new Error('nothing is to be started')
    }) as unknown as typeof spawn,
    random: () => 0,
    telemetry: noTelemetry,
  })
  return { view, now }
}
const wish = { cameraId: 'gate', stream: 'sub', mode: 'mse' } as const

describe('cameras as they are looked at', () => {
  it('tells the state, what the stream is, and its clock; shows init and media', () => {
    const { view } = setup()
    const { parts, fragments, say } = fakeAttached()
    view.attached(plan, parts)
    const { looker, told, shown } = fakeLooker()
    view.look(wish, looker)
    say('live', 'frames arrive')
    fragments.next(piece('init'))
    fragments.next(piece('media', { keyframe: true }))
    fragments.next(piece('media', { ptsUs: 1_200_000, arrivalMs: 11_400 }))
    expect(shown).toEqual(['init', 'opens', 'goes-on'])
    expect(told.map(({ type }) => type)).toEqual(['state', 'hello', 'clock'])
    expect(told[1]).toMatchObject({ mode: 'mse', stream: 'sub', epoch: 1, sameLine: true })
    // The fragment of 1.0 to 1.2 s came at 11.2 s: its time 0 came at 10 s.
    expect(told[2]).toEqual({ type: 'clock', epoch: 1, zeroMs: 10_000, nowMs: 20_000 })
  })

  it('shows the one stream of a camera as both', () => {
    const { view } = setup()
    const { parts, fragments } = fakeAttached()
    view.attached(plan, parts)
    const { looker, shown } = fakeLooker()
    view.look({ ...wish, stream: 'main' }, looker)
    fragments.next(piece('init'))
    expect(shown).toEqual(['init'])
  })

  it('goes on with a camera that is changed, and says when it is paused or removed', () => {
    const { view } = setup()
    view.attached(plan, fakeAttached().parts)
    const { looker, told, shown } = fakeLooker()
    view.look(wish, looker)
    view.detached('gate', 'changed')
    const next = fakeAttached()
    view.attached(plan, next.parts)
    next.fragments.next(piece('init', { epoch: 2 }))
    view.detached('gate', 'paused')
    view.detached('gate', 'removed')
    expect(shown).toEqual(['init'])
    expect(told.map(({ type, state }) => state ?? type)).toEqual(['hello', 'paused', 'removed'])
  })

  it('says of one that is paused, and of one that cannot be attached, why there is nothing', () => {
    const { view, now } = setup(configOf(entry({ paused: true }), entry({ id: 'yard' })))
    now.statuses = [
      {
        cameraId: 'yard',
        state: 'offline',
        reason: 'no such scheme',
        code: 'CAMERA_URL',
        sinceMs: 1,
        epoch: 0,
        attempt: 0,
        picture: 'ok',
      },
    ]
    const paused = fakeLooker()
    view.look(wish, paused.looker)
    const aside = fakeLooker()
    view.look({ ...wish, cameraId: 'yard' }, aside.looker)
    expect(paused.told).toMatchObject([{ type: 'state', state: 'paused' }])
    expect(aside.told).toMatchObject([{ type: 'state', state: 'offline', reason: 'no such scheme' }])
    expect([view.has('gate'), view.has('yard'), view.has('none')]).toEqual([true, true, false])
  })

  it('tells of scenes while somebody asks, and of nobody else', () => {
    const { view } = setup()
    const { parts, moments } = fakeAttached()
    view.attached({ ...plan, people: null }, parts)
    const told: string[] = []
    expect(moments.observed).toBe(false)
    const leave = view.scenes(['gate', 'none'], ({ type, camera }) => told.push(`${type} ${camera}`))
    expect(moments.observed).toBe(true)
    const area = { widthPx: 10, heightPx: 10 }
    moments.next({ epoch: 1, ptsUs: 0, arrivalMs: 0, arrivalMonoMs: 0, held: false, area, tracks: [] })
    leave()
    expect(moments.observed).toBe(false)
    expect(told).toEqual(['places gate', 'scene gate'])
  })

  it.each([
    ['unknown', 'none', /no camera/, []],
    ['not live', 'gate', /refuses the connection/, ['the camera refuses the connection']],
  ])('has no picture of a camera that is %s', async (_what, cameraId, message, reasons) => {
    const { view, now } = setup()
    now.statuses = reasons.map((reason) => ({
      cameraId: 'gate',
      state: 'offline',
      reason,
      code: null,
      sinceMs: 1,
      epoch: 1,
      attempt: 1,
      picture: 'ok',
    }))
    await expect(view.picture(cameraId)).rejects.toThrow(message)
  })
})
