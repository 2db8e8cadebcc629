import { describe, expect, it } from 'vitest'
import { createCameraTrace } from '../../../../pipelines/live/trace/camera-trace.ts'
import { tellTrace } from '../../../../pipelines/live/trace/tell-trace.ts'
import type { AlertRule } from '../../../../src/alert/alert-rule.ts'
import type { AlertStep } from '../../../../src/core/alert.ts'
import type { Clip, Scores } from '../../../../src/core/clip.ts'
import type { GatedFrame } from '../../../../src/core/frame.ts'

const rule: AlertRule = {
  name: 'fall',
  label: 'falling',
  modelName: null,
  onThreshold: 0.6,
  offThreshold: 0.4,
  minDurationMs: 2000,
  cooldownMs: 10_000,
  updateEveryMs: 5000,
  clearAfterMs: 2000,
  severity: 'warning',
}
const look = (second: number, score: number): [Clip, Scores] => {
  const facts = {
    cameraId: 'gate',
    epoch: 1,
    modelName: 'actions',
    firstPtsUs: (second - 1) * 1e6,
    lastPtsUs: second * 1e6,
    firstArrivalMs: (second - 1) * 1000,
    lastArrivalMs: second * 1000,
    lastArrivalMonoMs: second * 1000,
  }
  const scores = {
    ...facts,
    modelVersion: '1',
    labels: ['falling', 'none'],
    values: Float32Array.of(score, 0),
  }
  return [{ ...facts, frames: [] }, scores]
}
const frame = (second: number, motion: number) =>
  ({ frame: { arrivalMs: second * 1000 }, motion, active: motion > 0 }) as GatedFrame

function traceOf(scores: Record<number, number | null>) {
  const trace = createCameraTrace({ monoMs: () => 0 })
  for (const [second, score] of Object.entries(scores)) {
    const [clip, answer] = look(Number(second), score ?? 0)
    trace.asked(clip)(score === null ? null : answer)
  }
  return trace
}
const tell = (trace: ReturnType<typeof traceOf>, second: number, armed = true) =>
  tellTrace({
    cameraId: 'gate',
    trace,
    rules: [rule],
    motionThreshold: 0.004,
    armed: () => armed,
    atMs: second * 1000,
    spanMs: 20_000,
  })

describe('why a rule kept silent', () => {
  it.each([
    ['too low', { 1: 0.5, 2: 0.3 }, 3, 'idle', /highest score was 0\.500, asked is 0\.6/],
    ['too short', { 1: 0.7, 2: 0.3 }, 3, 'idle', /over 0\.6 for 1 s at most, asked are 2 s/],
    ['not long enough yet', { 1: 0.7 }, 1, 'pending', /for 1 s at most/],
    ['nothing looked', {}, 1, 'idle', /no clip was scored/],
    ['dropped', { 1: null }, 1, 'idle', /no clip was scored \(dropped: 1\)/],
  ] as const)('%s', (_what, scores, at, state, why) => {
    const [told] = tell(traceOf(scores), at).rules
    expect(told?.state).toBe(state)
    expect(told?.why).toMatch(why)
  })

  it('says that it alerts, and afterwards that it pauses', () => {
    const trace = traceOf({ 1: 0.7, 2: 0.8, 3: 0.9, 4: 0.1, 6: 0.1 })
    trace.step({ alertId: 'a', rule: 'fall', phase: 'new', lastMs: 2000 } as AlertStep)
    expect(tell(trace, 3).rules[0]).toMatchObject({ state: 'open', alerts: 1, why: null, highest: 0.9 })
    expect(tell(trace, 8).rules[0]?.state).toBe('cooldown')
    expect(tell(trace, 30).rules[0]?.state).toBe('idle')
  })

  it('says that nobody wanted alerts', () => {
    expect(tell(traceOf({ 1: 0.7 }), 1, false).rules[0]).toMatchObject({
      armed: false,
      why: expect.stringMatching(/schedule/),
    })
  })

  it('shows motion by the second, and only what lies within the time', () => {
    const trace = traceOf({ 1: 0.5, 50: 0.5 })
    trace.motion('s', frame(1.1, 0.02))
    trace.motion('s', frame(1.7, 0.05))
    trace.motion('s', frame(2, 0))
    trace.motion('s', frame(60, 0.5))
    const told = tell(trace, 2)
    expect(told.motion.map(({ motion, active }) => [motion, active])).toEqual([
      [0.05, true],
      [0, false],
    ])
    expect(told.clips).toHaveLength(1)
    expect(told.knownSince).toBe('1970-01-01T00:00:01.000Z')
  })

  it('forgets the oldest, however long it runs', () => {
    const trace = createCameraTrace({ monoMs: () => 0 })
    for (let second = 0; second < 5000; second += 1) trace.motion('s', frame(second, 0))
    expect(trace.seconds()).toHaveLength(1200)
    expect(trace.seconds()[0]?.atMs).toBe(3_800_000)
  })
})
