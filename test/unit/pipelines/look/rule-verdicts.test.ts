import { describe, expect, it } from 'vitest'
import { createRuleVerdicts } from '../../../../pipelines/look/rule-verdicts.ts'
import type { AlertRule } from '../../../../src/alert/alert-rule.ts'
import type { Scores } from '../../../../src/core/clip.ts'

const rule: AlertRule = {
  name: 'fall',
  label: 'falling',
  modelName: null,
  severity: 'warning',
  onThreshold: 0.8,
  offThreshold: 0.5,
  minDurationMs: 2000,
  cooldownMs: 0,
  updateEveryMs: 1000,
  clearAfterMs: 1000,
}

/** The score of a clip of one second that ends so many seconds after the beginning. */
function scores(toS: number, score: number, more: Partial<Scores> = {}): Scores {
  return {
    cameraId: 'gate',
    epoch: 1,
    modelName: 'actions',
    modelVersion: '1',
    labels: ['falling'],
    values: new Float32Array([score]),
    firstPtsUs: (toS - 1) * 1e6,
    lastPtsUs: toS * 1e6,
    firstArrivalMs: 0,
    lastArrivalMs: 0,
    lastArrivalMonoMs: 0,
    ...more,
  }
}

function verdictOf(
  feed: (verdicts: ReturnType<typeof createRuleVerdicts>) => void,
  seen = { armed: true, drops: '' },
  changes: Partial<AlertRule> = {},
) {
  const verdicts = createRuleVerdicts([{ ...rule, ...changes }])
  feed(verdicts)
  return verdicts.verdicts(seen)[0]!
}

describe('why a rule did not alert', () => {
  it('no clip was scored, and what was dropped', () => {
    const { why, highest } = verdictOf(() => {}, { armed: true, drops: 'clip no_motion 3' })
    expect(why).toBe('no clip was scored (dropped: clip no_motion 3)')
    expect(highest).toBeNull()
  })

  it('its score was too low', () => {
    const verdict = verdictOf(({ scores: take }) => {
      for (const [at, score] of [0.3, 0.79, 0.4].entries()) take(scores(at + 1, score))
    })
    expect(verdict).toMatchObject({ looks: 3, overMs: null, alerts: 0 })
    expect(verdict.why).toBe('its highest score was 0.790, asked is 0.8')
  })

  it('it was not over for long enough, the time between the thresholds counted', () => {
    const verdict = verdictOf(({ scores: take }) => {
      for (const [toS, score] of [
        [1, 0.9],
        [1.5, 0.6],
        [2, 0.4],
        [3, 0.6],
        [4, 0.85],
      ] as const)
        take(scores(toS, score))
    })
    expect(verdict.overMs).toBe(1500)
    expect(verdict.why).toBe('it was over 0.8 for 1.5 s at most, asked are 2 s')
  })

  it.each<[string, (v: ReturnType<typeof createRuleVerdicts>) => void, number | null]>([
    ['a quiet picture', ({ quiet }) => quiet('actions'), 1000],
    ['a quiet picture of another model', ({ quiet }) => quiet('other'), 2000],
    ['another connection', () => {}, 2000],
  ])('%s between two looks', (_what, between, overMs) => {
    const verdict = verdictOf((verdicts) => {
      verdicts.scores(scores(1, 0.9))
      between(verdicts)
      verdicts.scores(scores(2, 0.9))
    })
    expect(verdict.overMs).toBe(overMs)
  })

  it('times of two connections or two people are not joined', () => {
    const others: Partial<Scores>[] = [{ epoch: 2 }, { trackId: 'a-1' }, { modelName: 'second' }]
    for (const other of others)
      expect(
        verdictOf(({ scores: take }) => {
          take(scores(1, 0.9))
          take(scores(9, 0.9, other))
        }).overMs,
      ).toBe(1000)
  })

  it('its schedule, its pause, or that it did', () => {
    const over = ({ scores: take }: ReturnType<typeof createRuleVerdicts>) => take(scores(1, 0.9))
    expect(verdictOf(over, { armed: false, drops: '' }).why).toContain('schedule')
    expect(verdictOf(over, undefined, { minDurationMs: 0 }).why).toContain('not its turn')
    expect(verdictOf(({ alerted }) => alerted('fall'))).toMatchObject({ alerts: 1, why: null })
  })

  it('looks at scores of its own model alone', () => {
    const verdict = verdictOf(({ scores: take }) => take(scores(1, 0.9)), undefined, { modelName: 'second' })
    expect(verdict.looks).toBe(0)
  })
})
