import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { resolveRules } from '../../../src/alert/alert-rule.ts'
import { createAlertTracker } from '../../../src/alert/alert-tracker.ts'
import { fuseScores } from '../../../src/alert/fuse-scores.ts'
import { createScoreFusion, fusionName } from '../../../src/alert/score-fusion.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { Scores } from '../../../src/core/clip.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { Frame } from '../../../src/core/frame.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'

const configOf = (fusion: string, more = '') =>
  parseConfig(
    `version: 1
cameras: [{ id: gate, url: a }]
models: [{ name: ears, path: p }, { name: eyes, path: q }]
alerts:
  defaults: { clearAfterMs: 1000, cooldownMs: 0 }
  fusion: [${fusion}]
${more}`,
    { file: 'v.yaml' },
  ).alerts
const fusionOf = (text: string) => createScoreFusion(configOf(text).fusion[0]!)

/** What a model says of the second that ends at `endS`. */
const says = (modelName: string, endS: number, score: number, more: Partial<Scores> = {}): Scores => ({
  cameraId: 'gate',
  epoch: 1,
  modelName,
  modelVersion: '1.0.0',
  labels: ['calm', 'scream'],
  values: Float32Array.of(1 - score, score),
  firstPtsUs: (endS - 1) * 1e6,
  lastPtsUs: endS * 1e6,
  firstArrivalMs: (endS - 1) * 1000,
  lastArrivalMs: endS * 1000,
  lastArrivalMonoMs: endS * 1000,
  ...more,
})
const value = (scores: Scores | null) => scores && Math.round(scores.values[0]! * 1e4) / 1e4

describe('score fusion', () => {
  it('raises the score by every model that hears or sees it (noisy-or)', () => {
    const fusion = fusionOf('{ label: scream }')
    expect(value(fusion.accept(says('ears', 1, 0.6)))).toBe(0.6)
    expect(value(fusion.accept(says('eyes', 1.5, 0.5)))).toBe(0.8)
    expect(value(fusion.accept(says('ears', 2, 0)))).toBe(0.5)
  })

  it('lets weights say how far a model is believed', () => {
    const fusion = fusionOf('{ label: scream, weights: { ears: 0.5 } }')
    expect(value(fusion.accept(says('ears', 1, 0.6)))).toBe(0.3)
    expect(value(fusion.accept(says('eyes', 1, 0.5)))).toBe(0.65)
  })

  it('gives the weighted mean of those that spoke', () => {
    const fusion = fusionOf('{ label: scream, method: weighted, weights: { ears: 0.75, eyes: 0.25 } }')
    expect(value(fusion.accept(says('ears', 1, 0.8)))).toBe(0.8)
    expect(value(fusion.accept(says('eyes', 1, 0.4)))).toBe(0.7)
  })

  it('leaves out what was said too long before, and what is of another connection', () => {
    const fusion = fusionOf('{ label: scream, windowMs: 2000 }')
    fusion.accept(says('eyes', 1, 0.5))
    expect(value(fusion.accept(says('ears', 3, 0.5)))).toBe(0.75)
    expect(value(fusion.accept(says('ears', 3.1, 0.5)))).toBe(0.5)
    fusion.accept(says('eyes', 3.2, 0.5))
    expect(value(fusion.accept(says('ears', 3.3, 0.5, { epoch: 2 })))).toBe(0.5)
    expect(fusion.accept(says('eyes', 3.4, 0.5))).toBeNull()
  })

  it('leaves out what lies in the future after timestamps went back', () => {
    const fusion = fusionOf('{ label: scream, windowMs: 2000 }')
    fusion.accept(says('eyes', 100, 0.9))
    expect(value(fusion.accept(says('ears', 1, 0.5)))).toBe(0.5)
  })

  it('counts of several people the one with the highest score', () => {
    const fusion = fusionOf('{ label: scream }')
    fusion.accept(says('eyes', 1, 0.2, { trackId: 'a' }))
    fusion.accept(says('eyes', 1, 0.5, { trackId: 'b' }))
    const fused = fusion.accept(says('ears', 1, 0.5))
    expect(value(fused)).toBe(0.75)
    expect(fused!.why!.reasons.map(({ text }) => text)).toEqual([
      'ears says scream 0.50, weight 1',
      'eyes of track b says scream 0.50, weight 1',
    ])
  })

  it('says how the score came about, over the time of all that took part', () => {
    const fusion = fusionOf('{ label: scream, weights: { eyes: 0.5 } }')
    fusion.accept(says('eyes', 1, 0.4))
    expect(fusion.accept(says('ears', 1.5, 0.5))).toMatchObject({
      modelName: fusionName,
      modelVersion: 'ears 1.0.0, eyes 1.0.0',
      labels: ['scream'],
      firstPtsUs: 0,
      lastPtsUs: 1.5e6,
      why: { explanation: 'scream 0.60: noisy-or of ears 0.50 × 1 and eyes 0.40 × 0.5 within 2 s' },
    })
  })

  it('says nothing when a model says nothing about the label, or no number', () => {
    const fusion = fusionOf('{ label: scream }')
    expect(fusion.accept(says('ears', 1, 0.5, { labels: ['calm', 'glass'] }))).toBeNull()
    expect(fusion.accept(says('ears', 1, Number.NaN))).toBeNull()
    expect(fusion.isSilent({ epoch: 1, ptsUs: 0 })).toBe(true)
  })
})

describe('rules for a fused label', () => {
  const models = ['ears', 'eyes'].map((name, at) => ({
    name,
    labels: [{ name: 'scream', threshold: 0.5 + 0.2 * at, background: false }],
  }))
  const fusedModel = { name: fusionName, labels: [{ name: 'scream', threshold: 0.5, background: false }] }
  const resolve = (more = '') =>
    resolveRules({
      alerts: configOf('{ label: scream }', more),
      cameraId: 'gate',
      models: [...models, fusedModel],
      allModels: models,
      fused: ['scream'],
    }).map(({ name, modelName, onThreshold }) => [name, modelName, onThreshold])

  it('are one default rule about the fused score instead of one for each model', () => {
    expect(resolve()).toEqual([['scream', fusionName, 0.5]])
  })

  it('may still name one model', () => {
    expect(resolve('  rules: [{ name: heard, label: scream, model: ears }]')).toEqual([
      ['heard', 'ears', 0.5],
    ])
  })
})

describe('fused alerts', () => {
  const run = () => {
    const alerts = configOf(
      '{ label: scream, windowMs: 2000 }',
      '  rules: [{ name: r, label: scream, onThreshold: 0.7 }]',
    )
    const model = { name: fusionName, labels: [{ name: 'scream', threshold: 0.5, background: false }] }
    const rules = resolveRules({ alerts, cameraId: 'gate', models: [model], fused: ['scream'] })
    const [ears, eyes, quiet$] = [new Subject<Scores>(), new Subject<Scores>(), new Subject<Frame>()]
    const steps: AlertStep[] = []
    fuseScores([ears, eyes], {
      fusion: createScoreFusion(alerts.fusion[0]!),
      alerts: createAlertTracker({ cameraId: 'gate', rules, configHash: 'h', telemetry: noTelemetry }),
      quiet$,
      lost$: new Subject(),
      clock: { monoMs: () => 9 } as Clock,
    }).subscribe((step) => steps.push(step))
    const quiet = (atS: number) =>
      quiet$.next({ epoch: 1, ptsUs: atS * 1e6, arrivalMs: 0, arrivalMonoMs: 0 } as Frame)
    return { ears, eyes, quiet, steps, phases: () => steps.map(({ phase, endReason }) => endReason ?? phase) }
  }

  it('begin when both are half sure, explain themselves, and end when one is no longer', () => {
    const { ears, eyes, steps, phases } = run()
    ears.next(says('ears', 1, 0.5))
    expect(steps).toEqual([])
    eyes.next(says('eyes', 1.2, 0.6))
    expect(steps[0]).toMatchObject({
      rule: 'r',
      phase: 'new',
      modelName: fusionName,
      score: expect.closeTo(0.8, 5),
    })
    expect(steps[0]!.explanation).toContain('ears 0.50')
    expect(steps[0]!.reasons).toHaveLength(2)
    for (const [n, score] of [0.1, 0.1, 0, 0].entries()) {
      ears.next(says('ears', 2 + n, score))
      eyes.next(says('eyes', 2.2 + n, score))
    }
    expect(phases()).toEqual(['new', 'cleared'])
    // The end repeats what the best score was made of.
    expect(steps[1]!.explanation).toBe(steps[0]!.explanation)
  })

  it('are not ended by a quiet picture while something is heard, but are when nothing speaks any more', () => {
    const { ears, quiet, phases } = run()
    for (const end of [1, 2, 3]) {
      ears.next(says('ears', end, 0.9))
      quiet(end + 0.5)
    }
    expect(phases()).toEqual(['new'])
    quiet(6)
    expect(phases()).toEqual(['new', 'cleared'])
  })

  it('end as shutdown when all sources have ended', () => {
    const { ears, eyes, phases } = run()
    ears.next(says('ears', 1, 0.9))
    ears.complete()
    expect(phases()).toEqual(['new'])
    eyes.complete()
    expect(phases()).toEqual(['new', 'shutdown'])
  })
})

describe('configuration of fusion', () => {
  it.each([
    ['{ label: a }, { label: a }', /"a" is already fused/],
    ['{ label: a, weights: { nose: 1 } }', /there is no model "nose"; accepted: ears, eyes/],
    ['{ label: a, method: weighted, weights: { ears: 0 } }', /at least one weight must be above 0/],
    ['{ label: a, windowMs: 0 }', /windowMs/],
  ])('refuses %s', (text, message) => {
    expect(() => configOf(text)).toThrow(message)
  })
})
