import { BehaviorSubject, ReplaySubject, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createLiveFeed, type FeedLooker } from '../../../../src/camera/preview/live-feed.ts'
import type { CameraSource } from '../../../../src/camera/source-contract.ts'
import type { CameraState, CameraStatus, ProductTrouble } from '../../../../src/core/camera-status.ts'
import type { Fragment } from '../../../../src/core/frame.ts'

function fakeSource() {
  const fragments = new Subject<Fragment>()
  const statuses = new ReplaySubject<CameraStatus>(1)
  const calls: string[] = []
  const source = {
    id: 'gate',
    status$: statuses,
    fragments$: fragments,
    trouble$: new BehaviorSubject<ProductTrouble | null>(null),
    start: () => calls.push('start'),
    close: async () => void calls.push('close'),
  } as unknown as CameraSource
  const status = (state: CameraState, reason = state) =>
    statuses.next({
      cameraId: 'gate',
      state,
      reason,
      code: null,
      sinceMs: 1,
      epoch: 1,
      attempt: 0,
      picture: 'ok',
    })
  return { source, fragments, status, calls }
}

const piece = (mark: number, part: Partial<Fragment> = {}): Fragment => ({
  cameraId: 'gate',
  epoch: 1,
  kind: 'media',
  keyframe: false,
  ptsUs: 0,
  durationUs: 200_000,
  arrivalMs: 0,
  data: new Uint8Array([mark]),
  ...part,
})
const init = (epoch = 1) => piece(0, { kind: 'init', epoch })

function fakeLooker() {
  const seen: string[] = []
  const looker: FeedLooker = {
    state: ({ state }) => seen.push(state),
    begin: ({ epoch }) => seen.push(`begin ${epoch}`),
    media: ({ data }) => seen.push(String(data[0])),
  }
  return { looker, seen }
}

function fakeClock() {
  const waiting = new Set<() => void>()
  return {
    nowMs: () => 0,
    monoMs: () => 0,
    after(_ms: number, fn: () => void) {
      waiting.add(fn)
      return () => void waiting.delete(fn)
    },
    pass() {
      for (const fn of [...waiting]) {
        waiting.delete(fn)
        fn()
      }
    },
  }
}

function setup() {
  const copies: ReturnType<typeof fakeSource>[] = []
  const clock = fakeClock()
  const feed = createLiveFeed({
    openCopy() {
      copies.push(fakeSource())
      return copies.at(-1)!.source
    },
    clock,
  })
  return { feed, copies, clock }
}

describe('a stream that the camera gives anyway', () => {
  it('begins for everybody with its last keyframe, and opens no connection', () => {
    const { feed, copies } = setup()
    const camera = fakeSource()
    feed.tap(camera.source)
    camera.status('live')
    for (const fragment of [
      init(),
      piece(1, { keyframe: true }),
      piece(2),
      piece(3, { keyframe: true }),
      piece(4),
    ])
      camera.fragments.next(fragment)
    const one = fakeLooker()
    feed.look(one.looker)
    expect(one.seen).toEqual(['live', 'begin 1', '3', '4'])
    camera.fragments.next(piece(5))
    expect(one.seen.at(-1)).toBe('5')
    expect([copies.length, feed.tapped]).toEqual([0, true])
  })

  it('sends nothing that a decoder cannot use: before the first keyframe, of another connection', () => {
    const { feed } = setup()
    const camera = fakeSource()
    feed.tap(camera.source)
    const { looker, seen } = fakeLooker()
    feed.look(looker)
    for (const fragment of [
      init(),
      piece(1),
      piece(2, { keyframe: true, epoch: 2 }),
      piece(3, { keyframe: true }),
    ])
      camera.fragments.next(fragment)
    expect(seen).toEqual(['begin 1', '3'])
  })

  it('begins anew with another connection, and not with the same init segment once more', () => {
    const { feed } = setup()
    const camera = fakeSource()
    feed.tap(camera.source)
    const { looker, seen } = fakeLooker()
    feed.look(looker)
    camera.fragments.next(init())
    camera.fragments.next(init())
    camera.status('offline')
    camera.fragments.next(init(2))
    camera.fragments.next(piece(7, { keyframe: true, epoch: 2 }))
    expect(seen).toEqual(['begin 1', 'offline', 'begin 2', '7'])
  })

  it('goes on for those who look when the camera is attached anew, and says when it is not', () => {
    const { feed, copies } = setup()
    feed.tap(fakeSource().source)
    const { looker, seen } = fakeLooker()
    feed.look(looker)
    feed.stop('paused', 'the camera is paused')
    const next = fakeSource()
    feed.tap(next.source)
    next.status('live')
    next.fragments.next(init(3))
    expect(seen).toEqual(['paused', 'live', 'begin 3'])
    expect(copies).toHaveLength(0)
  })
})

describe('a stream that nobody makes', () => {
  it('is begun with the first who looks, shared, and ended a moment after the last', () => {
    const { feed, copies, clock } = setup()
    feed.tap(null)
    expect(copies).toHaveLength(0)
    const [one, two] = [fakeLooker(), fakeLooker()]
    const leaveOne = feed.look(one.looker)
    const leaveTwo = feed.look(two.looker)
    expect(copies).toHaveLength(1)
    expect([copies[0]!.calls, feed.tapped]).toEqual([['start'], false])
    copies[0]!.fragments.next(init())
    expect([one.seen, two.seen]).toEqual([['begin 1'], ['begin 1']])
    leaveOne()
    clock.pass()
    expect(copies[0]!.calls).toEqual(['start'])
    leaveTwo()
    expect(copies[0]!.calls).toEqual(['start'])
    clock.pass()
    expect(copies[0]!.calls).toEqual(['start', 'close'])
    expect(feed.init).toBeNull()
  })

  it('stays for one who comes back at once', () => {
    const { feed, copies, clock } = setup()
    feed.tap(null)
    feed.look(fakeLooker().looker)()
    feed.look(fakeLooker().looker)
    clock.pass()
    expect(copies.map(({ calls }) => calls)).toEqual([['start']])
  })

  it('is begun anew when the camera is another one, and given up for what it makes itself', () => {
    const { feed, copies } = setup()
    feed.tap(null)
    feed.look(fakeLooker().looker)
    feed.tap(null)
    expect(copies.map(({ calls }) => calls.join())).toEqual(['start,close', 'start'])
    feed.tap(fakeSource().source)
    expect(copies[1]!.calls).toEqual(['start', 'close'])
  })
})
