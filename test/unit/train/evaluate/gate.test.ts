import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareModels, guessing } from '../../../../src/train/evaluate/compare-models.ts'
import { evaluate, type LatencyFigures } from '../../../../src/train/evaluate/evaluate.ts'
import { gate } from '../../../../src/train/evaluate/gate.ts'
import type { GateRule } from '../../../../src/train/evaluate/gate-reason.ts'
import { type GateRules, gateRulesSchema } from '../../../../src/train/evaluate/gate-rules.ts'
import type { Prediction } from '../../../../src/train/evaluate/prediction.ts'
import type { Leak } from '../../../../src/train/evaluate/split-by-group.ts'
import { says, synthetic } from './synthetic.ts'

const labels = ['walk', 'run', 'fall']
const latency = (p95Ms: number): LatencyFigures => ({ p50Ms: p95Ms / 2, p95Ms, conditions: 'cpu' })
const alarms = (count: number, cameraDays: number) => ({
  count,
  cameraDays,
  perCameraDay: count / cameraDays,
  byLabel: [0, 0, count],
})

interface Side {
  predictions: Prediction[]
  p95Ms?: number
  falseAlarms?: number
}

function decide(
  champion: Side,
  challenger: Side,
  rules: Partial<GateRules> = {},
  leaks: Leak[] = [],
  lostLabels: string[] = [],
  more: { first?: boolean; crossValidated?: number } = {},
) {
  const candidate = (name: string, { predictions, p95Ms, falseAlarms }: Side) => ({
    name,
    predictions,
    evaluation: {
      ...evaluate({ labels, predictions, latency: p95Ms === undefined ? null : latency(p95Ms) }),
      falseAlarms: falseAlarms === undefined ? null : alarms(falseAlarms, 2),
    },
  })
  const comparison = compareModels({
    champion: candidate('actions@1', champion),
    challenger: candidate('actions@2', challenger),
    seed: 1,
    resamples: 300,
  })
  const decision = gate({ rules: gateRulesSchema.parse(rules), comparison, leaks, lostLabels, ...more })
  const broken = decision.reasons.filter(({ holds }) => !holds).map(({ rule }) => rule)
  return { ...decision, broken, of: (rule: GateRule) => decision.reasons.find((each) => each.rule === rule)! }
}

const sample = (accuracy: number, seed: number, groups = 10) =>
  synthetic({ seed, groups, perGroup: 30, accuracy })
const weak = sample(0.6, 1)
const strong = sample(0.95, 2)

describe('gate', () => {
  it('refuses a version that does not know what the live one alerts on, unless that is allowed', () => {
    const judge = (rules: Partial<GateRules>, lostLabels: string[]) =>
      decide({ predictions: weak }, { predictions: strong }, rules, [], lostLabels)
    expect(judge({}, ['smoke']).broken).toEqual(['labels'])
    expect(judge({}, ['smoke']).of('labels').text).toMatch(/alerts on smoke, .*label footage of it/)
    expect(judge({ allowLostLabels: true }, ['smoke']).promote).toBe(true)
    expect(judge({}, []).of('labels')).toBeUndefined()
  })

  it('promotes what is better beyond chance and costs no more', () => {
    const result = decide(
      { predictions: weak, p95Ms: 20, falseAlarms: 4 },
      { predictions: strong, p95Ms: 21, falseAlarms: 3 },
    )
    expect(result.broken).toEqual([])
    expect(result.promote).toBe(true)
    expect(result.of('improvement').text).toMatch(/^Macro F1 9\d\.\d against \d+\.\d of actions@1: \+/)
  })

  it('never promotes when the hold-out leaks, whatever the figures', () => {
    const leak: Leak = { kind: 'group', name: 'gate monday', sides: ['train', 'test'] }
    const result = decide({ predictions: weak }, { predictions: strong }, {}, [leak])
    expect(result).toMatchObject({ promote: false, broken: ['leak'] })
    expect(result.of('leak').text).toMatch(/group gate monday \(train and test\)/)
  })

  it('takes a difference that may be chance only when told so', () => {
    const before = sample(0.8, 3)
    const one = before.findIndex((each) => each.probabilities[each.truth]! < 0.5)
    const after = before.map((each, n) => (n === one ? says(each.truth, each.truth, each) : each))
    const rules = { maxClassLoss: 1 }
    expect(decide({ predictions: before }, { predictions: after }, rules).broken).toEqual(['significance'])
    const told = { ...rules, requireSignificance: false }
    expect(decide({ predictions: before }, { predictions: after }, told).promote).toBe(true)
  })

  it('without significance still holds the lower end to the tolerated loss', () => {
    const [before, after] = [sample(0.8, 3, 4), sample(0.8, 4, 4)]
    const rules = { requireSignificance: false, minImprovement: -1, maxClassLoss: 1 }
    expect(
      decide({ predictions: before }, { predictions: after }, { ...rules, toleratedLoss: 0 }).broken,
    ).toEqual(['significance'])
    expect(
      decide({ predictions: before }, { predictions: after }, { ...rules, toleratedLoss: 0.5 }).promote,
    ).toBe(true)
  })

  it('refuses when one label pays for the others, and names it', () => {
    const after = strong.map((each) =>
      each.truth === 2 ? says(each.id.length % 2, 2, { id: each.id, group: each.group }) : each,
    )
    const result = decide({ predictions: weak }, { predictions: after })
    expect(result.broken).toContain('classes')
    expect(result.of('classes').text).toMatch(/^fall loses most/)
  })

  it('refuses more false alarms and more latency, and what was not measured though the champion was', () => {
    const champion = { predictions: weak, p95Ms: 20, falseAlarms: 4 }
    expect(decide(champion, { predictions: strong, p95Ms: 23, falseAlarms: 5 }).broken).toEqual([
      'false-alarms',
      'latency',
    ])
    expect(decide(champion, { predictions: strong }).broken).toEqual(['false-alarms', 'latency'])
    const within = { maxFalseAlarmIncrease: 1, maxLatencyIncrease: 0.2 }
    expect(decide(champion, { predictions: strong, p95Ms: 23, falseAlarms: 5 }, within).promote).toBe(true)
    const absolute = decide({ predictions: weak }, { predictions: strong, p95Ms: 23 }, { maxLatencyMs: 10 })
    expect(absolute.of('latency')).toMatchObject({ measured: 23, limit: 10, holds: false })
  })

  it('refuses few items or groups only where that is asked for', () => {
    const few = (list: Prediction[]) => list.slice(0, 40)
    const judge = (rules: Partial<GateRules>) =>
      decide({ predictions: few(weak) }, { predictions: few(strong) }, rules)
    expect(judge({ minItems: 50, minGroups: 3 }).broken).toEqual(expect.arrayContaining(['items', 'groups']))
    expect(judge({}).broken).not.toContain('items')
    expect(judge({}).of('groups').text).toBe('2 test groups; the interval is wider for so few.')
  })

  it('tells with few groups what is chance, and what cannot be', () => {
    const first = { first: true, crossValidated: 24 }
    const judge = (accuracy: number, groups: number, perGroup: number) => {
      const predictions = synthetic({ seed: 4, groups, perGroup, accuracy })
      const baseline = guessing(labels.length, predictions)
      return decide(baseline, { predictions }, {}, [], [], first)
    }
    const learned = judge(0.95, 6, 4)
    expect(learned.broken).toEqual([])
    expect(learned.of('first').text).toMatch(
      /^There is no live version yet: a first one has to be better than /,
    )
    expect(learned.of('items').text).toMatch(
      /^24 test items, 24 of them by cross-validation; the interval is wider/,
    )
    expect(judge(0.4, 6, 4).broken).toContain('significance')
    expect(judge(0.4, 2, 3).broken).toContain('significance')
  })

  it('refuses a first version that never recognises a label', () => {
    const predictions = strong.map((each) =>
      each.truth === 2 ? { ...each, probabilities: Float32Array.of(1, 0, 0) } : each,
    )
    const result = decide(guessing(labels.length, predictions), { predictions }, {}, [], [], { first: true })
    expect(result.broken).toEqual(['classes'])
    expect(result.of('classes').text).toMatch(
      /^Never recognised in any of its clips: fall \(\d+\); label more/,
    )
  })

  it('promotes exactly when every reason holds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 99 }),
        (a, b, seed) => {
          const result = decide({ predictions: sample(a, seed) }, { predictions: sample(b, seed + 100) })
          expect(result.promote).toBe(result.broken.length === 0)
          if (result.promote) expect(result.of('significance').measured).toBeGreaterThan(0)
        },
      ),
      { numRuns: 8 },
    )
  })
})

describe('docs/evaluation.md', () => {
  it('describes every rule of the gate with its default, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/evaluation.md'), 'utf8')
    const documented = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \| (.+) \|$/gm)].map(
      ([, name, value, text]) => ({
        name,
        value: value!.trim(),
        text: text!.trim(),
      }),
    )
    const defaults = gateRulesSchema.parse({})
    const fields = Object.entries(gateRulesSchema.shape).map(([name, field]) => ({
      name,
      value: String(defaults[name as keyof GateRules]),
      text: field.description,
    }))
    expect(documented).toEqual(fields)
  })
})
