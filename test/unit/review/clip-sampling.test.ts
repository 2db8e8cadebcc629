import { describe, expect, it } from 'vitest'
import { samplingSchema } from '../../../src/config/schema/sampling-schema.ts'
import type { Scores } from '../../../src/core/clip.ts'
import type { ClipSample, SampleMoment } from '../../../src/core/clip-sample.ts'
import type { Disagreement } from '../../../src/core/disagreement.ts'
import { createClipSampling } from '../../../src/review/clip-sampling.ts'
import { createReviewSampler } from '../../../src/review/review-sampler.ts'
import { createSampleBudget } from '../../../src/review/sample-budget.ts'
import { createFakeClock } from '../infer/fake-clock.ts'
import { countingTelemetry } from '../record/sample-fragments.ts'

const scores = (atMs: number, score: number, more: Partial<Scores> = {}): Scores => ({
  cameraId: 'gate',
  epoch: 1,
  modelName: 'actions',
  modelVersion: '3',
  labels: ['walking', 'falling'],
  values: Float32Array.of(0.01, score),
  firstPtsUs: (atMs - 500) * 1000,
  lastPtsUs: atMs * 1000,
  firstArrivalMs: atMs - 500,
  lastArrivalMs: atMs,
  lastArrivalMonoMs: atMs,
  ...more,
})

const step = (phase: 'new' | 'update' | 'end', label: string, lastMs: number) => ({
  alertId: label,
  phase,
  label,
  startedMs: label === 'walking' ? 1000 : 3000,
  lastMs,
})

function setUp(perHour: Record<string, number> = { uncertain: 3, random: 0 }) {
  const time = createFakeClock()
  const counted = countingTelemetry()
  const recorded: { sample: ClipSample; moment: SampleMoment }[] = []
  const state = { accepts: true, fails: false }
  const settings = samplingSchema.parse({ perHour, apartMs: 1000 })
  const sampling = createClipSampling({
    cameraId: 'gate',
    settings,
    postRollMs: 2000,
    maxClipMs: 60_000,
    sampler: createReviewSampler({
      cameraId: 'gate',
      settings,
      seed: 1,
      startedMs: 0,
      past: () => [],
    }),
    thresholdOf: (_model, label) => (label === 'falling' ? 0.8 : Infinity),
    record(sample, moment) {
      if (state.fails) throw new Error('out of order')
      recorded.push({ sample, moment })
      return state.accepts
    },
    clock: time.clock,
    telemetry: counted.telemetry,
  })
  return { time, sampling, recorded, state, settings, ...counted }
}

describe('sampling of one camera', () => {
  it('records an uncertain clip when no alert came of it', async () => {
    const { time, sampling, recorded, counts } = setUp()
    sampling.scored(scores(1000, 0.75))
    await time.pass(4900)
    expect(recorded).toEqual([])
    await time.pass(100)
    expect(recorded).toHaveLength(1)
    expect(recorded[0]!.sample).toMatchObject({
      cameraId: 'gate',
      reason: 'uncertain',
      label: 'falling',
      modelName: 'actions',
      modelVersion: '3',
      trackId: null,
      startedMs: 500,
      lastMs: 1000,
    })
    expect(recorded[0]!.sample.sampleId).toMatch(/^[0-9a-f]{32}$/)
    expect(recorded[0]!.sample.scores.map(({ label }) => label)).toEqual(['falling', 'walking'])
    expect(recorded[0]!.moment).toMatchObject({ epoch: 1, firstPtsUs: 500_000, lastPtsUs: 1_000_000 })
    expect(counts).toEqual({ 'vireo_samples_total gate uncertain': 1 })
  })

  it('leaves the beginning, the middle and the end of an alert to the alert, and takes as many after it', async () => {
    const { time, sampling, recorded } = setUp({ uncertain: 1, random: 0 })
    sampling.scored(scores(1000, 0.75))
    await time.pass(2000)
    sampling.alert(step('new', 'falling', 3000))
    sampling.scored(scores(4000, 0.79))
    await time.pass(10_000)
    sampling.alert(step('end', 'falling', 13_000))
    sampling.scored(scores(14_000, 0.75))
    await time.pass(10_000)
    expect(recorded).toEqual([])
    sampling.scored(scores(23_000, 0.75))
    await time.pass(5000)
    expect(recorded).toHaveLength(1)
  })

  it('samples beside an alert about something else, and beside one whose recording has ended', async () => {
    const { time, sampling, recorded } = setUp()
    sampling.scored(scores(1000, 0.75))
    sampling.alert(step('new', 'walking', 1500))
    await time.pass(5000)
    expect(recorded).toHaveLength(1)
    sampling.alert(step('new', 'falling', 10_000))
    sampling.scored(scores(30_000, 0.75))
    await time.pass(10_000)
    expect(recorded).toHaveLength(1)
    sampling.alert(step('update', 'falling', 65_000))
    sampling.scored(scores(70_000, 0.75))
    await time.pass(10_000)
    expect(recorded).toHaveLength(2)
  })

  it('counts no sample that was refused', async () => {
    const { time, sampling, recorded, state, counts } = setUp({ uncertain: 1, random: 0 })
    state.accepts = false
    for (let at = 1000; at < 100_000; at += 10_000) {
      sampling.scored(scores(at, 0.75))
      await time.pass(10_000)
    }
    expect(recorded).toHaveLength(10)
    expect(counts).toEqual({})
  })

  it('takes what another version thinks otherwise of', async () => {
    const { time, sampling, recorded } = setUp({ disagreement: 1, random: 0 })
    const found = {
      cameraId: 'gate',
      epoch: 2,
      firstPtsUs: 5,
      lastPtsUs: 9,
      firstArrivalMs: 1,
      lastArrivalMs: 2,
      liveVersion: '3',
      shadowVersion: '4',
      label: 'falling',
      liveScore: 0.1,
      shadowScore: 0.9,
    } as Disagreement
    sampling.disagreed('actions', found)
    await time.pass(5000)
    expect(recorded[0]).toMatchObject({
      sample: { reason: 'disagreement', label: 'falling', modelVersion: '3' },
      moment: { epoch: 2, firstPtsUs: 5, lastPtsUs: 9 },
    })
  })

  it('lets nothing into the live path that goes wrong, and says it once', async () => {
    const { time, sampling, state, logs } = setUp()
    state.fails = true
    for (const at of [1000, 20_000]) {
      sampling.scored(scores(at, 0.75))
      await time.pass(10_000)
    }
    expect(logs.map(({ message }) => message)).toEqual(['clips cannot be sampled'])
  })

  it('takes nothing when it is off or closed', async () => {
    const { time, sampling, recorded, settings } = setUp()
    sampling.scored(scores(1000, 0.75))
    sampling.retune({ ...settings, enabled: false })
    sampling.scored(scores(5000, 0.75))
    await time.pass(10_000)
    sampling.retune(settings)
    sampling.scored(scores(20_000, 0.75))
    sampling.close()
    await time.pass(10_000)
    expect([recorded, time.timers]).toEqual([[], 0])
  })
})

describe('budget of samples', () => {
  it('has so many places, and takes those back that nobody gives back', async () => {
    const time = createFakeClock()
    const budget = createSampleBudget({ most: 2, clock: time.clock })
    const giveBack = budget.take(1000)!
    budget.take(1000)
    expect(budget.take(1000)).toBeNull()
    giveBack()
    giveBack()
    expect(budget.take(1000)).not.toBeNull()
    expect(budget.take(1000)).toBeNull()
    await time.pass(1000)
    expect([budget.take(1), budget.take(1), budget.take(1)].map((place) => place !== null)).toEqual([
      ...[true, true, false],
    ])
  })
})
