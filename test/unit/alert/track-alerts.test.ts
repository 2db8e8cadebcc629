import { EMPTY, of, Subject } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { resolveRules } from '../../../src/alert/alert-rule.ts'
import { createAlertTracker } from '../../../src/alert/alert-tracker.ts'
import { trackAlerts } from '../../../src/alert/track-alerts.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { Scores } from '../../../src/core/clip.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { Frame } from '../../../src/core/frame.ts'
import { noTelemetry, type Telemetry } from '../../../src/core/telemetry-port.ts'

const model = {
  name: 'actions',
  labels: [
    { name: 'empty', threshold: 0.5, background: true },
    { name: 'Falling down', threshold: 0.6, background: false },
    { name: 'waving', threshold: 0.9, background: false },
  ],
}
const alertsOf = (text: string) =>
  parseConfig(
    `version: 1\ncameras: [{ id: gate, url: a }, { id: yard, url: b }]\nmodels: [{ name: actions, path: p }]\n${text}`,
    { file: 'v.yaml' },
  ).alerts
const rulesOf = (text: string, cameraId = 'gate') =>
  resolveRules({ alerts: alertsOf(text), cameraId, models: [model] })

const scores = (n: number, values: number[]): Scores => ({
  cameraId: 'gate',
  epoch: 1,
  modelName: 'actions',
  modelVersion: '1.0.0',
  labels: model.labels.map(({ name }) => name),
  values: Float32Array.from(values),
  firstPtsUs: n * 1e6,
  lastPtsUs: n * 1e6 + 1e6,
  firstArrivalMs: n * 1000,
  lastArrivalMs: n * 1000 + 1000,
  lastArrivalMonoMs: n * 1000 + 1000,
})
const clock = { monoMs: () => 77 } as Clock
const tracker = (text = '', telemetry: Telemetry = noTelemetry) =>
  createAlertTracker({ cameraId: 'gate', rules: rulesOf(text), configHash: 'h', telemetry })

describe('retuning', () => {
  it('takes other thresholds while an alert goes on', () => {
    const alerts = tracker()
    expect(alerts.accept(scores(0, [0, 0.7, 0])).map(({ phase }) => phase)).toEqual(['new'])
    const numbers = { onThreshold: 0.95, offThreshold: 0.8, clearAfterMs: 0 }
    alerts.retune(rulesOf('').map((rule) => ({ ...rule, ...numbers })))
    const [ended] = alerts.accept(scores(1, [0, 0.7, 0.92]))
    expect(ended).toMatchObject({ phase: 'end', rule: 'falling-down' })
    expect(alerts.accept(scores(20, [0, 0.94, 0.96])).map(({ rule }) => rule)).toEqual(['waving'])
  })
})

describe('rules of a camera', () => {
  it('has a default rule with the threshold of the bundle for each label that is not background', () => {
    expect(
      rulesOf('').map(({ name, label, onThreshold, offThreshold }) => [
        name,
        label,
        onThreshold,
        offThreshold,
      ]),
    ).toEqual([
      ['falling-down', 'Falling down', 0.6, 0.4],
      ['waving', 'waving', 0.9, 0.6],
    ])
  })

  it('fills a rule with the defaults and replaces the default rule of its label everywhere', () => {
    const text =
      'alerts:\n  defaults: { cooldownMs: 1 }\n' +
      '  rules: [{ name: w, label: waving, cameras: [yard], onThreshold: 0.7, severity: info }]\n'
    expect(rulesOf(text).map(({ name }) => name)).toEqual(['falling-down'])
    expect(rulesOf(text, 'yard')[0]).toEqual({
      name: 'w',
      label: 'waving',
      modelName: null,
      onThreshold: 0.7,
      offThreshold: 0.467,
      minDurationMs: 0,
      cooldownMs: 1,
      updateEveryMs: 5000,
      clearAfterMs: 3000,
      severity: 'info',
    })
  })

  it('takes thresholds from the rule, then from the defaults, then from the bundle', () => {
    const thresholds = (text: string) => {
      const { onThreshold, offThreshold } = rulesOf(text).find(({ label }) => label === 'waving')!
      return [onThreshold, offThreshold]
    }
    const rule = (more: string) => `rules: [{ name: w, label: waving${more} }]`
    expect(thresholds(`alerts: { ${rule('')} }`)).toEqual([0.9, 0.6])
    expect(thresholds(`alerts: { defaults: { onThreshold: 0.3 }, ${rule('')} }`)).toEqual([0.3, 0.2])
    expect(
      thresholds(
        `alerts: { defaults: { onThreshold: 0.3, offThreshold: 0.1 }, ${rule(', onThreshold: 0.6')} }`,
      ),
    ).toEqual([0.6, 0.1])
    expect(thresholds(`alerts: { defaults: { offThreshold: 0.95 }, ${rule('')} }`)).toEqual([0.9, 0.9])
  })

  it('raises nothing for a label whose rule is off', () => {
    const text = 'alerts: { rules: [{ name: w, label: waving, enabled: false }] }'
    expect(rulesOf(text).map(({ label }) => label)).toEqual(['Falling down'])
  })

  it('refuses a label that no model has, naming those there are', () => {
    expect(() => rulesOf('alerts: { rules: [{ name: r, label: fallign }] }')).toThrow(
      /"r": no model of camera gate has the label "fallign"; there are: empty, Falling down, waving/,
    )
  })
})

describe('rules among several models', () => {
  const label = (name: string) => ({ name, threshold: 0.5, background: false })
  const fire = { name: 'fire', labels: [label('smoke')] }
  const resolve = (text: string) =>
    resolveRules({ alerts: alertsOf(text), cameraId: 'gate', models: [model], allModels: [model, fire] })

  it('leave out a general rule for a label that only a model of other cameras has', () => {
    const rules = resolve('alerts: { rules: [{ name: s, label: smoke }] }')
    expect(rules.map(({ label }) => label)).toEqual(['Falling down', 'waving'])
  })

  it.each([
    ['this camera', '{ name: s, label: smoke, cameras: [gate] }'],
    ['a model of this camera', '{ name: s, label: smoke, model: actions }'],
    ['a label that is nowhere', '{ name: s, label: nowhere }'],
  ])('still refuse a rule that names %s', (_name, rule) => {
    expect(() => resolve(`alerts: { rules: [${rule}] }`)).toThrow(/"s": no model of camera gate/)
  })

  it('give labels with the same slug names of their own', () => {
    const odd = {
      name: 'odd',
      labels: [label('a b'), label('a-b'), label('転倒'), label('火事'), label('w')],
    }
    const rules = resolveRules({
      alerts: alertsOf('alerts: { rules: [{ name: w, label: a b }] }'),
      cameraId: 'gate',
      models: [odd],
    })
    expect(rules.map(({ name }) => name)).toEqual(['w', 'a-b', 'label', 'label-2', 'w-2'])
  })
})

describe('alert tracker', () => {
  const brief = (steps: AlertStep[]) => steps.map(({ rule, phase }) => `${rule} ${phase}`)

  it('follows each rule by itself and never the background', () => {
    const one = tracker()
    expect(brief(one.accept(scores(0, [1, 0.9, 0])))).toEqual(['falling-down new'])
    expect(brief(one.accept(scores(1, [1, 0.9, 0.95])))).toEqual(['waving new'])
  })

  it('takes frames without motion as evidence that it is over', () => {
    const one = tracker()
    one.accept(scores(0, [0, 0.9, 0]))
    const frame = (ptsUs: number) => ({ epoch: 1, ptsUs, arrivalMs: 0, arrivalMonoMs: 0 }) as Frame
    expect(one.quiet(frame(2e6))).toEqual([])
    expect(brief(one.quiet(frame(4e6)))).toEqual(['falling-down end'])
  })
})

describe('alert tracker with trouble', () => {
  it('counts its steps, and skips and counts scores that are not numbers', () => {
    const counted: Record<string, number> = {}
    const one = tracker('', {
      ...noTelemetry,
      count(metric, labels: Record<string, string>, by = 1) {
        const key = `${metric} ${labels.phase ?? labels.reason}`
        counted[key] = (counted[key] ?? 0) + by
      },
    })
    expect(one.accept(scores(0, [0, Number.NaN, 0]))).toEqual([])
    one.accept(scores(1, [0, 0.9, 0.95]))
    expect(one.accept(scores(2, [0, Number.NaN, 0.95]))).toEqual([])
    one.end('shutdown', { monoMs: 1 })
    expect(counted).toEqual({
      'vireo_drops_total score_not_a_number': 2,
      'vireo_alert_steps_total new': 2,
      'vireo_alert_steps_total end': 2,
    })
  })

  it('reports and ends at once an alert that only late clips of a lost connection raise', () => {
    const one = tracker()
    expect(one.end('camera_lost', { monoMs: 1, epoch: 1 })).toEqual([])
    const late = one.accept(scores(0, [0, 0.9, 0]))
    expect(late.map(({ phase, endReason }) => [phase, endReason])).toEqual([
      ['new', null],
      ['end', 'camera_lost'],
    ])
    const back = one.accept({ ...scores(60, [0, 0.9, 0]), epoch: 2 })
    expect(back.map(({ phase }) => phase)).toEqual(['new'])
  })

  it('follows a rule for each model by itself, and a rule of one model only for that', () => {
    const text =
      'alerts: { rules: [{ name: f, label: Falling down }, { name: w, label: waving, model: actions }] }'
    const one = tracker(text)
    const other = (n: number, values: number[]) => ({ ...scores(n, values), modelName: 'other' })
    expect(one.accept(scores(0, [0, 0.9, 0.95])).map(({ rule }) => rule)).toEqual(['f', 'w'])
    const others = one.accept(other(0, [0, 0.9, 0.95]))
    expect(others.map(({ rule, modelName }) => [rule, modelName])).toEqual([['f', 'other']])
    for (const n of [1, 2, 3, 4]) expect(one.accept(scores(n, [0, 0.9, 0.95]))).toEqual([])
  })
})

describe('trackAlerts', () => {
  const events = { quiet$: EMPTY, lost$: EMPTY, clock }

  it('ends open alerts when the camera is lost and when the scores end', () => {
    const phases: string[] = []
    const lost$ = new Subject<{ epoch: number }>()
    const source = new Subject<Scores>()
    source
      .pipe(trackAlerts(tracker('alerts: { defaults: { cooldownMs: 0 } }'), { ...events, lost$ }))
      .subscribe({
        next: ({ phase, endReason }) => phases.push(`${phase} ${endReason}`),
        complete: () => phases.push('complete'),
      })
    source.next(scores(0, [0, 0.9, 0]))
    lost$.next({ epoch: 1 })
    lost$.next({ epoch: 1 })
    source.next({ ...scores(5, [0, 0.9, 0]), epoch: 2 })
    source.complete()
    expect(phases).toEqual(['new null', 'end camera_lost', 'new null', 'end shutdown', 'complete'])
  })

  it.each([
    ['never', '-', '-', '^'],
    ['empty', '|', '|', '^'],
    ['values', 'a|', 'n(e|)', '^'],
    ['an error', 'a#', 'n#', '^'],
    ['unending', 'a-', 'n-', '^'],
    ['early disposal', '-a-a', '--', '^!'],
  ])('marbles: %s', (_name, source, expected, subscription) => {
    new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(({ hot, expectObservable }) => {
      const steps = tracker()
      const phases = hot(source, { a: scores(0, [0, 0.9, 0]) }).pipe(trackAlerts(steps, events))
      const n = expect.objectContaining({ phase: 'new' })
      const e = expect.objectContaining({ phase: 'end', endReason: 'shutdown', causeMonoMs: 77 })
      expectObservable(phases, subscription).toBe(expected, { n, e })
    })
  })

  it('takes nothing from the quiet frames of a finished stream', () => {
    const seen: AlertStep[] = []
    of(scores(0, [0, 0, 0]))
      .pipe(trackAlerts(tracker(), events))
      .subscribe((step) => seen.push(step))
    expect(seen).toEqual([])
  })
})
