import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAlertMachine, type Evidence } from '../../../src/alert/alert-machine.ts'
import type { AlertRule } from '../../../src/alert/alert-rule.ts'
import type { AlertStep } from '../../../src/core/alert.ts'

const rule: AlertRule = {
  name: 'fall',
  label: 'falling',
  modelName: null,
  onThreshold: 0.6,
  offThreshold: 0.4,
  minDurationMs: 0,
  cooldownMs: 10_000,
  updateEveryMs: 5000,
  clearAfterMs: 2000,
  severity: 'critical',
}

const strideUs = 500_000
/** A clip of one second that ends `n` strides after the first one. */
const look = (n: number, score: number, epoch = 1): Evidence => ({
  score,
  epoch,
  firstPtsUs: n * strideUs,
  lastPtsUs: n * strideUs + 1e6,
  firstArrivalMs: 1e12 + n * 500,
  lastArrivalMs: 1e12 + n * 500 + 1000,
  lastArrivalMonoMs: n * 500 + 1000,
})

const machine = (more: Partial<AlertRule> = {}) =>
  createAlertMachine({
    rule: { ...rule, ...more },
    cameraId: 'gate',
    modelName: 'm',
    modelVersion: '1.0.0',
    configHash: 'h',
  })

function run(scores: readonly number[], more: Partial<AlertRule> = {}): [number, AlertStep][] {
  const one = machine(more)
  return scores.flatMap((score, n): [number, AlertStep][] => {
    const step = one.accept(look(n, score))
    return step ? [[n, step]] : []
  })
}

const brief = (steps: [number, AlertStep][]) => steps.map(([n, { phase, seq }]) => `${n} ${phase} ${seq}`)

describe('life of an alert', () => {
  it('starts at the on threshold, updates in time, ends after it was quiet long enough', () => {
    const scores = [0.5, 0.7, ...Array(14).fill(0.9), 0.1, 0.1, 0.1, 0.1, 0.1]
    const steps = run(scores)
    expect(brief(steps)).toEqual(['1 new 0', '11 update 1', '19 end 2'])
    const [first, , last] = steps.map(([, step]) => step)
    expect(first).toMatchObject({
      rule: 'fall',
      label: 'falling',
      severity: 'critical',
      cameraId: 'gate',
      score: 0.7,
      modelName: 'm',
      modelVersion: '1.0.0',
      configHash: 'h',
      firstPtsUs: 500_000,
      lastPtsUs: 1_500_000,
      startedMs: 1e12 + 500,
      endReason: null,
    })
    expect(last).toMatchObject({ score: 0.9, endReason: 'cleared', lastPtsUs: 15 * strideUs + 1e6 })
    expect(new Set(steps.map(([, step]) => step.alertId)).size).toBe(1)
  })

  it('ignores flicker between the thresholds, while idle and while open', () => {
    expect(run([0.5, 0.59, 0.41, 0.5])).toEqual([])
    const open = run([0.7, 0.45, 0.5, 0.39, 0.39, 0.45, 0.39, 0.39, 0.39, 0.5], { updateEveryMs: 60_000 })
    expect(brief(open)).toEqual(['0 new 0'])
  })

  it('waits for the minimum duration, and begins anew when the score falls meanwhile', () => {
    expect(brief(run([0.7, 0.7, 0.7], { minDurationMs: 2000 }))).toEqual(['2 new 0'])
    expect(run([0.7, 0.7, 0.3, 0.7, 0.7], { minDurationMs: 2000 })).toEqual([])
    expect(brief(run([0.7, 0.5, 0.5], { minDurationMs: 2000 }))).toEqual(['2 new 0'])
  })

  it('keeps the cooldown after an end, then may alert again under another id', () => {
    const fall = [0.9, 0.1, 0.1, 0.1, 0.1]
    const steps = run([...fall, ...Array(14).fill(0), 0.9, 0.9, 0.9])
    expect(brief(steps)).toEqual(['0 new 0', '4 end 1', '20 new 0'])
    expect(steps[2]![1].alertId).not.toBe(steps[0]![1].alertId)
  })

  it('ends when the camera came back with a new time line', () => {
    const one = machine({ cooldownMs: 3000 })
    one.accept(look(0, 0.9, 1))
    expect(one.accept(look(0, 0.9, 2))).toMatchObject({ phase: 'end', seq: 1, endReason: 'camera_lost' })
    // On the wall clock only half a second has passed, so the cooldown holds.
    expect(one.accept(look(1, 0.9, 2))).toBeNull()
    expect(one.accept(look(8, 0.9, 2))).toMatchObject({ phase: 'new', epoch: 2 })
  })

  it('ends from outside once', () => {
    const one = machine()
    expect(one.end('shutdown', 5)).toBeNull()
    one.accept(look(0, 0.9))
    expect(one.end('shutdown', 7)).toMatchObject({ phase: 'end', endReason: 'shutdown', causeMonoMs: 7 })
    expect(one.end('shutdown', 8)).toBeNull()
  })

  it('holds its promises for any scores', () => {
    const settings = fc.record({
      minDurationMs: fc.integer({ min: 0, max: 4000 }),
      cooldownMs: fc.integer({ min: 0, max: 6000 }),
      clearAfterMs: fc.integer({ min: 0, max: 3000 }),
      updateEveryMs: fc.integer({ min: 0, max: 6000 }),
    })
    const score = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(score, { maxLength: 120 }), settings, (scores, more) => {
        const steps = run(scores, more)
        expect(run(scores, more)).toEqual(steps)
        let open: AlertStep | null = null
        let endedUs = Number.NEGATIVE_INFINITY
        for (const [, step] of steps) {
          if (step.phase === 'new') {
            expect(open).toBeNull()
            expect(step.seq).toBe(0)
            expect(step.lastPtsUs - endedUs).toBeGreaterThanOrEqual(more.cooldownMs * 1000)
            expect(step.lastPtsUs - step.firstPtsUs).toBeGreaterThanOrEqual(more.minDurationMs * 1000)
            expect(step.score).toBeGreaterThanOrEqual(rule.onThreshold)
          } else {
            expect(step.alertId).toBe(open!.alertId)
            expect(step.seq).toBe(open!.seq + 1)
            expect(step.score).toBeGreaterThanOrEqual(open!.score)
          }
          open = step.phase === 'end' ? null : step
          if (step.phase === 'end') endedUs = step.lastPtsUs
        }
      }),
    )
  })
})
