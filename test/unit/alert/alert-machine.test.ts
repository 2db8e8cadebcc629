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
  modelVersion: '1.0.0',
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
    const scores = [0.5, 0.7, ...Array(14).fill(0.75), 0.1, 0.1, 0.1, 0.1, 0.1]
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
    expect(last).toMatchObject({ score: 0.75, endReason: 'cleared', lastPtsUs: 15 * strideUs + 1e6 })
    expect(new Set(steps.map(([, step]) => step.alertId)).size).toBe(1)
  })

  it('reports a notable rise at once, and the next update comes a full time later', () => {
    const scores = [0.6, 0.65, 0.72, 0.75, 0.81, 0.83, ...Array(12).fill(0.6)]
    const steps = run(scores)
    expect(brief(steps)).toEqual(['0 new 0', '2 update 1', '5 update 2', '15 update 3'])
    expect(steps.map(([, { score }]) => score)).toEqual([0.6, 0.72, 0.83, 0.83])
  })

  it('carries the version of the model that looked last', () => {
    const one = machine({ updateEveryMs: 500 })
    one.accept(look(0, 0.9))
    expect(one.accept({ ...look(1, 0.9), modelVersion: '2.0.0' })).toMatchObject({ modelVersion: '2.0.0' })
    const quiet = { ...look(6, 0), modelVersion: null }
    expect(one.accept(quiet)).toMatchObject({ phase: 'end', modelVersion: '2.0.0' })
  })

  it('does not begin again from late clips of a connection that was lost', () => {
    const one = machine({ cooldownMs: 0 })
    one.accept(look(0, 0.9))
    expect(one.end('camera_lost', 1)).toMatchObject({ phase: 'end' })
    expect(one.accept(look(1, 0.9))).toBeNull()
    expect(one.accept(look(2, 0.9, 2))).toMatchObject({ phase: 'new', epoch: 2 })
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
    // Only half a second has passed, so the cooldown holds.
    expect(one.accept(look(1, 0.9, 2))).toBeNull()
    expect(one.accept(look(8, 0.9, 2))).toMatchObject({ phase: 'new', epoch: 2 })
  })

  const hours = 3_600_000
  it.each([
    ["camera's, back, with another connection", { epoch: 2, ptsMs: -hours, wallMs: 0 }],
    ["camera's, ahead, with another connection", { epoch: 2, ptsMs: hours, wallMs: 0 }],
    ["camera's, back, unnoticed", { epoch: 1, ptsMs: -hours, wallMs: 0 }],
    ["machine's, back, with another connection", { epoch: 2, ptsMs: 0, wallMs: -hours }],
    ["machine's, ahead, with another connection", { epoch: 2, ptsMs: 0, wallMs: hours }],
    ['both', { epoch: 2, ptsMs: -hours, wallMs: -hours }],
  ])(
    'waits for the cooldown and no longer when a clock is set: the %s',
    (_name, { epoch, ptsMs, wallMs }) => {
      const moved = (n: number, score: number): Evidence => {
        const { firstPtsUs, lastPtsUs, firstArrivalMs, lastArrivalMs, ...rest } = look(n, score, epoch)
        return {
          ...rest,
          firstPtsUs: firstPtsUs + ptsMs * 1000,
          lastPtsUs: lastPtsUs + ptsMs * 1000,
          firstArrivalMs: firstArrivalMs + wallMs,
          lastArrivalMs: lastArrivalMs + wallMs,
        }
      }
      const one = machine({ cooldownMs: 3000, clearAfterMs: 1000 })
      one.accept(look(0, 0.9))
      expect([1, 2].map((n) => one.accept(look(n, 0))?.phase)).toEqual([undefined, 'end'])
      const phases = [3, 4, 5, 6, 7, 8].map((n) => one.accept(moved(n, 0.9))?.phase)
      expect(phases.indexOf('new')).toBeGreaterThanOrEqual(2)
      expect(phases.filter((phase) => phase === 'new')).toHaveLength(1)
    },
  )

  it('ends from outside once', () => {
    const one = machine()
    expect(one.end('shutdown', 5)).toBeNull()
    one.accept(look(0, 0.9))
    expect(one.end('shutdown', 7)).toMatchObject({ phase: 'end', endReason: 'shutdown', causeMonoMs: 7 })
    expect(one.end('shutdown', 8)).toBeNull()
  })

  const settings = fc.record({
    minDurationMs: fc.integer({ min: 0, max: 4000 }),
    cooldownMs: fc.integer({ min: 0, max: 6000 }),
    clearAfterMs: fc.integer({ min: 0, max: 3000 }),
    updateEveryMs: fc.integer({ min: 0, max: 6000 }),
  })
  const score = fc.double({ min: 0, max: 1, noNaN: true })
  const moments = fc.array(
    fc.oneof(
      { weight: 12, arbitrary: score.map((value) => ({ kind: 'score' as const, value })) },
      { weight: 1, arbitrary: fc.constant({ kind: 'reconnect' as const }) },
      { weight: 1, arbitrary: fc.constantFrom({ kind: 'lost' as const }, { kind: 'shutdown' as const }) },
    ),
    { maxLength: 150 },
  )

  it('holds its promises for any scores, reconnects and ends', () => {
    fc.assert(
      fc.property(moments, settings, (all, more) => {
        const play = () => {
          const one = machine(more)
          let epoch = 1
          return all.flatMap((moment, n): AlertStep[] => {
            if (moment.kind === 'reconnect') epoch += 1
            const step =
              moment.kind === 'score'
                ? one.accept(look(n, moment.value, epoch))
                : moment.kind === 'reconnect'
                  ? null
                  : one.end(moment.kind === 'lost' ? 'camera_lost' : 'shutdown', n)
            return step ? [step] : []
          })
        }
        const steps = play()
        expect(play()).toEqual(steps)
        let open: AlertStep | null = null
        let ended: AlertStep | null = null
        const ids = new Set<string>()
        for (const step of steps) {
          if (step.phase === 'new') {
            expect(open).toBeNull()
            expect(ids.has(step.alertId)).toBe(false)
            ids.add(step.alertId)
            expect(step.seq).toBe(0)
            expect(step.lastMs - (ended?.lastMs ?? 0)).toBeGreaterThanOrEqual(more.cooldownMs)
            expect(step.lastPtsUs - step.firstPtsUs).toBeGreaterThanOrEqual(more.minDurationMs * 1000)
            expect(step.score).toBeGreaterThanOrEqual(rule.onThreshold)
          } else {
            expect(step.alertId).toBe(open!.alertId)
            expect(step.epoch).toBe(open!.epoch)
            expect(step.seq).toBe(open!.seq + 1)
            expect(step.score).toBeGreaterThanOrEqual(open!.score)
          }
          expect(step.endReason === null).toBe(step.phase !== 'end')
          if (step.phase === 'end') ended = step
          open = step.phase === 'end' ? null : step
        }
      }),
    )
  })

  it('sees no difference between scores on the same side of both thresholds', () => {
    const side = fc.constantFrom('low', 'between', 'high')
    const inside = { low: [0, 0.39], between: [0.4, 0.59], high: [0.6, 1] } as const
    fc.assert(
      fc.property(fc.array(fc.tuple(side, score), { maxLength: 80 }), settings, (looks, more) => {
        const phasesOf = (scores: number[]) =>
          brief(run(scores, more))
            .filter((step) => !step.includes('update'))
            .map((step) => step.slice(0, -2))
        const flickering = looks.map(([name, share]) => {
          const [least, most] = inside[name as keyof typeof inside]
          return least + share * (most - least)
        })
        expect(phasesOf(flickering)).toEqual(phasesOf(looks.map(([name]) => inside[name as 'low'][0])))
      }),
    )
  })
})
