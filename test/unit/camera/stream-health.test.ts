import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { streamHealth } from '../../../src/camera/stream-health.ts'
import type { Frame } from '../../../src/core/frame.ts'

/** A camera whose clock and arrivals the test makes; states with the second at which they came. */
function watch({ realtime = true } = {}) {
  const frames = new Subject<Frame>()
  const states: [second: number, state: string][] = []
  let damage = 0
  let monoMs = 0
  let ptsMs = 5000
  let epoch = 1
  frames
    .pipe(streamHealth({ sampleFps: 8, damage: () => damage, realtime }))
    .subscribe((state) => states.push([Math.round(monoMs / 1000), state]))
  const push = () =>
    frames.next({
      cameraId: 'gate',
      epoch,
      seq: 0,
      ptsUs: Math.round(ptsMs * 1000),
      arrivalMs: 0,
      arrivalMonoMs: monoMs,
      widthPx: 1,
      heightPx: 1,
      data: new Uint8Array(3),
    })
  /** So many seconds of frames, whose timestamps go at `speed`. */
  const run = (seconds: number, { fps = 8, speed = 1 } = {}) => {
    for (let n = 0; n < seconds * fps; n += 1) {
      monoMs += 1000 / fps
      ptsMs += (1000 / fps) * speed
      push()
    }
  }
  return {
    states,
    run,
    /** Nothing comes; then all of it at once, or nothing of it. */
    stall(seconds: number, backlog: boolean) {
      monoMs += seconds * 1000
      if (!backlog) ptsMs += seconds * 1000
      else
        for (let n = 0; n < seconds * 8; n += 1) {
          monoMs += 5
          ptsMs += 125
          push()
        }
    },
    jump(ms: number) {
      ptsMs += ms
    },
    complain(times: number) {
      damage += times
    },
    reconnect() {
      epoch += 1
      ptsMs = 0
    },
  }
}

describe('stream health', () => {
  it('has nothing to say about a camera that sends what is wanted', () => {
    const camera = watch()
    camera.run(120)
    expect(camera.states).toEqual([[0, 'ok']])
  })

  it.each([5, 7, 12, 25])('takes %i pictures a second for enough', (fps) => {
    const camera = watch()
    camera.run(60, { fps })
    expect(camera.states.map(([, state]) => state)).toEqual(['ok'])
  })

  it('tells a camera that sends too little within 15 s, and when it sends enough again', () => {
    const camera = watch()
    camera.run(20)
    camera.run(30, { fps: 3 })
    camera.run(20)
    const [, [slowAt], [okAt]] = camera.states as [[number, string], [number, string], [number, string]]
    expect(camera.states.map(([, state]) => state)).toEqual(['ok', 'slow', 'ok'])
    expect(slowAt).toBeLessThanOrEqual(20 + 10)
    expect(okAt).toBeLessThanOrEqual(50 + 10)
  })

  it('does not flutter at the border', () => {
    const camera = watch()
    for (let n = 0; n < 10; n += 1) {
      camera.run(11, { fps: 4.6 })
      camera.run(11, { fps: 5 })
    }
    expect(camera.states.map(([, state]) => state)).toEqual(['ok', 'slow'])
  })

  it.each([true, false])(
    'takes a stall for no fault, whether what was missed comes late (%s) or never',
    (backlog) => {
      const camera = watch()
      camera.run(40)
      for (let n = 0; n < 3; n += 1) {
        camera.stall(3.5, backlog)
        camera.run(40)
      }
      expect(camera.states).toEqual([[0, 'ok']])
    },
  )

  it.each([
    ['forward', 5000],
    ['back', -400],
    ['by hours', 7_200_000],
  ])('tells a clock that jumps %s with the next picture, for 10 s', (_name, ms) => {
    const camera = watch()
    camera.run(20)
    camera.jump(ms)
    camera.run(40)
    expect(camera.states).toEqual([
      [0, 'ok'],
      [20, 'clock'],
      [30, 'ok'],
    ])
  })

  it.each([0.5, 2])('tells a clock that runs at %f times the speed of time within 35 s', (speed) => {
    const camera = watch()
    camera.run(35, { speed, fps: 8 })
    expect(camera.states.at(-1)![1]).toBe('clock')
    camera.run(60)
    expect(camera.states.at(-1)![1]).toBe('ok')
  })

  it('takes the drift of a cheap clock for none', () => {
    const camera = watch()
    camera.run(600, { speed: 1.05 })
    camera.run(600, { speed: 0.95 })
    expect(camera.states).toEqual([[0, 'ok']])
  })

  it('tells broken data after three complaints in 10 s, until 10 s without', () => {
    const camera = watch()
    camera.complain(50)
    camera.run(20)
    camera.complain(2)
    camera.run(20)
    expect(camera.states).toEqual([[0, 'ok']])
    camera.complain(1)
    camera.run(1)
    camera.complain(2)
    camera.run(30)
    expect(camera.states.slice(1)).toEqual([
      [41, 'corrupt'],
      [50, 'ok'],
    ])
  })

  it('starts afresh with a new connection', () => {
    const camera = watch()
    camera.run(30, { fps: 3 })
    expect(camera.states.at(-1)![1]).toBe('slow')
    camera.reconnect()
    camera.complain(9)
    camera.run(20)
    expect(camera.states.map(([, state]) => state)).toEqual(['ok', 'slow', 'ok'])
  })

  it('looks for each reader by itself', () => {
    const frames = new Subject<Frame>()
    const states = frames.pipe(streamHealth({ sampleFps: 8, damage: () => 0, realtime: true }))
    const seen: string[] = []
    states.subscribe((state) => seen.push(state))
    states.subscribe()
    for (let n = 0; n < 60; n += 1)
      frames.next({
        cameraId: 'gate',
        epoch: 1,
        seq: n,
        ptsUs: n * 333_333,
        arrivalMs: 0,
        arrivalMonoMs: n * 333.3,
        widthPx: 1,
        heightPx: 1,
        data: new Uint8Array(3),
      })
    expect(seen).toEqual(['ok', 'slow'])
  })

  it('says nothing of time about a file that is read as fast as possible', () => {
    const camera = watch({ realtime: false })
    camera.run(60, { speed: 9 })
    camera.jump(90_000)
    camera.run(60, { fps: 1 })
    expect(camera.states).toEqual([[0, 'ok']])
  })
})
