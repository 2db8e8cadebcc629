import { BehaviorSubject, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { cameraStatus } from '../../../pipelines/camera-status.ts'
import type { CameraSource } from '../../../src/camera/source-contract.ts'
import { cameraSchema } from '../../../src/config/schema.ts'
import type { CameraStatus, ProductTrouble } from '../../../src/core/camera-status.ts'
import type { Frame } from '../../../src/core/frame.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import type { RecordingTrouble } from '../../../src/record/recording-watch.ts'

const stream = { widthPx: 16, heightPx: 16, sampleFps: 8 }
const live: CameraStatus = {
  cameraId: 'gate',
  state: 'live',
  reason: 'frames arrive',
  code: null,
  sinceMs: 1,
  epoch: 1,
  attempt: 0,
  picture: 'ok',
}

function setUp(more: object = {}) {
  const frames = new Subject<Frame>()
  const status$ = new BehaviorSubject<CameraStatus>(live)
  const recording$ = new BehaviorSubject<RecordingTrouble | null>(null)
  const scoring$ = new BehaviorSubject<ProductTrouble | null>(null)
  const trouble$ = new BehaviorSubject<ProductTrouble | null>(null)
  const gauges = new Map<string, number>()
  const seen: string[] = []
  let damage = 0
  let atMs = 0
  const camera = cameraSchema.parse({ id: 'gate', url: 'rtsp://h/a', ...more })
  cameraStatus({
    camera,
    stream,
    recording$,
    scoring$,
    clock: { nowMs: () => 7, monoMs: () => 7, after: () => () => {} },
    source: { status$, frames$: () => frames, damage: () => damage, trouble$ } as unknown as CameraSource,
    telemetry: {
      ...noTelemetry,
      gauge: (_name, { picture }: Record<string, string>, value) => gauges.set(picture!, value),
    },
  }).subscribe(({ state, picture, reason }) => seen.push(`${state} ${picture}: ${reason}`))
  return {
    seen,
    gauges,
    status$,
    recording$,
    scoring$,
    complain: () => {
      damage += 5
    },
    run(seconds: number, { fps = 8, jumpMs = 0, still = false } = {}) {
      for (let n = 0; n < seconds * fps; n += 1) {
        atMs += 1000 / fps
        const data = Uint8Array.from({ length: 768 }, (_, at) => (still ? at : at * 7 + (atMs % 1009)) % 256)
        frames.next({
          cameraId: 'gate',
          epoch: 1,
          seq: n,
          ptsUs: Math.round((atMs + jumpMs) * 1000),
          arrivalMs: 0,
          arrivalMonoMs: atMs,
          widthPx: 16,
          heightPx: 16,
          data,
        })
      }
    },
  }
}

describe('status of a camera', () => {
  it.each([
    ['slow', (camera: ReturnType<typeof setUp>) => camera.run(15, { fps: 3 })],
    ['clock', (camera: ReturnType<typeof setUp>) => camera.run(1, { jumpMs: 5000 })],
    [
      'corrupt',
      (camera: ReturnType<typeof setUp>) => {
        camera.complain()
        camera.run(1)
      },
    ],
    ['frozen', (camera: ReturnType<typeof setUp>) => camera.run(6, { still: true })],
  ])('says %s, as a status, as a metric and for people', (picture, cause) => {
    const camera = setUp()
    camera.run(12)
    expect(camera.seen).toEqual(['live ok: frames arrive'])
    cause(camera)
    expect(camera.seen.at(-1)).toMatch(new RegExp(`^live ${picture}: frames arrive, but `))
    expect([...camera.gauges].filter(([, value]) => value === 1)).toEqual([[picture, 1]])
  })

  it('is not ok while a model says nothing of it', () => {
    const camera = setUp()
    camera.run(2)
    const trouble = {
      product: 'scores',
      code: 'MODEL_SILENT',
      reason: 'a model is silent',
      stopped: false,
    } as const
    camera.scoring$.next(trouble)
    expect(camera.seen.at(-1)).toBe('live unscored: a model is silent')
    camera.scoring$.next(null)
    expect(camera.seen.at(-1)).toBe('live ok: frames arrive')
  })

  it('is not ok while it is not recorded, and says why', () => {
    const camera = setUp()
    camera.run(2)
    camera.recording$.next({
      code: 'MEDIA_NOT_RECORDED',
      reason: 'pictures come, but nothing that can be recorded',
    })
    expect(camera.seen.at(-1)).toBe('live unrecorded: pictures come, but nothing that can be recorded')
    expect([...camera.gauges].filter(([, value]) => value === 1)).toEqual([['unrecorded', 1]])
    camera.recording$.next(null)
    expect(camera.seen.at(-1)).toBe('live ok: frames arrive')
  })

  it('knows nothing of the picture of a camera that is not live, and looks at none when it is told so', () => {
    const camera = setUp()
    camera.run(20, { fps: 3 })
    camera.status$.next({ ...live, state: 'stalled', reason: 'no picture' })
    expect(camera.seen.at(-1)).toBe('stalled ok: no picture')
    const blind = setUp({ picture: { enabled: false } })
    blind.run(30, { fps: 3, still: true })
    expect(blind.seen).toEqual(['live ok: frames arrive'])
  })
})
