import { describe, expect, it } from 'vitest'
import { createConnectionPlan } from '../../../src/camera/connection/connection-plan.ts'
import { createConnectionClock } from '../../../src/camera/time/connection-clock.ts'

const wanted = { sound: true, record: true, transport: 'tcp' } as const
const failure = (code: Parameters<ReturnType<typeof createConnectionPlan>['learn']>[0]['code']) => ({
  code,
  reason: '',
})
const hour = 3_600_000

describe('plan of connections', () => {
  it('tries the other transport at once, keeps it for an hour, and waits when both are refused', () => {
    const plan = createConnectionPlan(wanted)
    expect(plan.next(0)).toEqual({ ...wanted, timing: 'source' })
    expect(plan.learn(failure('CAMERA_TRANSPORT'), plan.next(0), 10)).toBe('at once')
    expect([plan.next(11).transport, plan.next(hour).transport, plan.next(hour + 11).transport]).toEqual([
      'udp',
      'udp',
      'tcp',
    ])
    expect(plan.learn(failure('CAMERA_TRANSPORT'), plan.next(11), 20)).toBe('later')
    expect(plan.next(21).transport).toBe('tcp')
  })

  it('goes on without a recording that MP4 cannot hold, and asks again after an hour', () => {
    const plan = createConnectionPlan(wanted)
    expect(plan.learn(failure('MEDIA_UNRECORDABLE'), plan.next(0), 0)).toBe('at once')
    expect([plan.next(1).record, plan.next(hour).record]).toEqual([false, true])
    expect(plan.learn(failure('MEDIA_UNRECORDABLE'), plan.next(1), 1)).toBeNull()
  })

  it('gives a camera whose clock steps all the time the times of arrival', () => {
    const plan = createConnectionPlan(wanted)
    for (const atMs of [0, 700_000, 800_000]) plan.stepped(atMs)
    expect(plan.next(800_001).timing).toBe('source')
    plan.stepped(900_000)
    expect([plan.next(900_001).timing, plan.next(900_000 + hour).timing]).toEqual(['arrival', 'source'])
  })
})

describe('time of a connection', () => {
  const setUp = (judged = true) => {
    const steps: number[] = []
    const clock = createConnectionClock({ streams: 1, judged, onStep: ({ byMs }) => steps.push(byMs) })
    for (let n = 0; n < 50; n += 1) {
      clock.packet(n * 40_000, n * 40)
      clock.frame(0, n * 40_000, n * 40)
      clock.sound(n * 40_000, n * 40)
    }
    return { steps, clock }
  }
  const fragment = (ptsUs: number) =>
    ({ kind: 'media', keyframe: true, ptsUs, durationUs: 200_000, data: new Uint8Array() }) as const

  it.each([
    ['a packet', (clock: ReturnType<typeof setUp>['clock']) => clock.packet(-6_000_000, 2000)],
    ['a frame', (clock: ReturnType<typeof setUp>['clock']) => clock.frame(0, 3_602_000_000, 2000)],
    ['sound', (clock: ReturnType<typeof setUp>['clock']) => clock.sound(-6_000_000, 2000)],
  ])('ends for all with a step that %s shows, which is told once', (_name, show) => {
    const { steps, clock } = setUp()
    show(clock)
    expect(steps).toHaveLength(1)
    expect([
      clock.frame(0, 2_000_000, 2001),
      clock.sound(2_000_000, 2001),
      clock.fragment(fragment(2_000_000), 2001),
    ]).toEqual([null, null, null])
    clock.packet(9e9, 2002)
    expect(steps).toHaveLength(1)
  })

  it('goes on for a file', () => {
    const { steps, clock } = setUp(false)
    expect([clock.frame(0, 0, 2000), clock.fragment(fragment(-5), 2000), steps]).toEqual([1_960_001, -5, []])
  })
})
