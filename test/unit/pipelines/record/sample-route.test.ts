import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { type SamplePlan, sampleRoute } from '../../../../pipelines/record/sample.ts'
import type { AlertRule } from '../../../../src/alert/alert-rule.ts'
import { parseConfig } from '../../../../src/config/load.ts'
import { recordingOf } from '../../../../src/config/schema/recording-schema.ts'
import { samplingOf } from '../../../../src/config/schema/sampling-schema.ts'
import type { Config } from '../../../../src/config/schema.ts'
import type { AlertStep } from '../../../../src/core/alert.ts'
import type { Scores } from '../../../../src/core/clip.ts'
import type { ClipSample } from '../../../../src/core/clip-sample.ts'
import { createSampleBudget } from '../../../../src/review/sample-budget.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'
import { countingTelemetry } from '../../record/sample-fragments.ts'

const scoresAt = (atMs: number, score = 0.75): Scores => ({
  cameraId: 'gate',
  epoch: 1,
  modelName: 'actions',
  modelVersion: '3',
  labels: ['falling'],
  values: Float32Array.of(score),
  firstPtsUs: (atMs - 500) * 1000,
  lastPtsUs: atMs * 1000,
  firstArrivalMs: atMs - 500,
  lastArrivalMs: atMs,
  lastArrivalMonoMs: atMs,
})
const ruleAt = (onThreshold: number) => ({ label: 'falling', modelName: 'actions', onThreshold }) as AlertRule

function configOf(sampling: object = {}, recording: object = {}) {
  return parseConfig(
    JSON.stringify({
      version: 1,
      cameras: [{ id: 'gate', url: 'rtsp://192.0.2.1/a' }],
      recording: { preRollMs: 1000, postRollMs: 1000, ...recording },
      sampling: { perHour: { uncertain: 20, random: 0 }, apartMs: 0, rareShare: 0, ...sampling },
    }),
    { file: 'vireo.yaml', env: {} },
  )
}

/** What planCamera makes of it. */
function planOf(config: Config, onThreshold: number): SamplePlan {
  const [camera] = config.cameras
  return {
    rules: [ruleAt(onThreshold)],
    recording: recordingOf(config.recording, camera!),
    sampling: samplingOf(config.sampling, camera!),
  }
}

function create(options: { sampling?: object; recording?: object; most?: number } = {}) {
  const time = createFakeClock()
  const counted = countingTelemetry()
  const scores$ = new Subject<Scores>()
  const rows = new Map<string, ClipSample>()
  const recorded: string[] = []
  const finished: (() => void)[] = []
  const state = { waiting: 0, records: true, stores: true }
  const config = configOf(options.sampling, options.recording)
  const route = sampleRoute({
    cameraId: 'gate',
    plan: planOf(config, 0.8),
    scores$,
    records: {
      sample(sampleId, _moment, done) {
        expect(rows.has(sampleId)).toBe(true)
        if (state.records) recorded.push(sampleId)
        finished.push(done)
        return state.records
      },
    },
    samples: {
      acceptSample(sample) {
        if (!state.stores) throw new Error('the disk is full')
        rows.set(sample.sampleId, sample)
      },
      dropSample: (sampleId) => void rows.delete(sampleId),
      samplesSince: () => [],
      waitingSamples: () => state.waiting,
      isSample: (id) => rows.has(id),
    },
    budget: createSampleBudget({
      clock: time.clock,
      ...(options.most !== undefined && { most: options.most }),
    }),
    clock: time.clock,
    telemetry: counted.telemetry,
  })
  /** Says something uncertain at every such time, and waits until it is chosen. */
  const say = async (...times: number[]) => {
    for (const atMs of times) {
      await time.pass(Math.max(0, atMs - time.clock.nowMs()))
      scores$.next(scoresAt(atMs))
      await time.pass(6000)
    }
  }
  return { ...counted, time, scores$, rows, recorded, finished, state, route, say }
}

describe('sampleRoute', () => {
  it('never: chooses nothing while no scores come', async () => {
    const { time, rows, recorded, drops } = create()
    await time.pass(60_000)
    expect([rows.size, recorded, drops]).toEqual([0, [], {}])
  })

  it('empty: takes the end of the scores', async () => {
    const { time, scores$, rows, route } = create()
    scores$.complete()
    await time.pass(60_000)
    route.close()
    expect([rows.size, time.timers]).toEqual([0, 0])
  })

  it('values: an uncertain clip becomes a row and then a recording', async () => {
    const { rows, recorded, say } = create()
    await say(10_000)
    expect([...rows.keys()]).toEqual(recorded)
    expect([...rows.values()]).toMatchObject([{ cameraId: 'gate', reason: 'uncertain', label: 'falling' }])
  })

  it('values: what has an alert of its own is left out', async () => {
    const { time, scores$, rows, route } = create()
    await time.pass(9000)
    scores$.next(scoresAt(10_000))
    const alert = { alertId: 'a1', phase: 'new', label: 'falling', startedMs: 10_000, lastMs: 10_500 }
    route.alert(alert as AlertStep)
    await time.pass(20_000)
    expect(rows.size).toBe(0)
  })

  it('values: what two versions think differently of is one, too', async () => {
    const { time, rows, route } = create()
    const { firstArrivalMs, lastArrivalMs, firstPtsUs, lastPtsUs } = scoresAt(10_000)
    route.disagreed('actions', {
      cameraId: 'gate',
      epoch: 1,
      firstArrivalMs,
      lastArrivalMs,
      firstPtsUs,
      lastPtsUs,
      label: 'falling',
      liveVersion: '3',
      liveScore: 0.1,
      shadowVersion: '4',
      shadowScore: 0.9,
    } as never)
    await time.pass(6000)
    expect([...rows.values()]).toMatchObject([{ reason: 'disagreement', modelVersion: '3' }])
  })

  it.each([
    ['sampling is off', { sampling: { enabled: false } }],
    ['no clips are recorded', { recording: { clips: false } }],
  ])('values: chooses nothing where %s', async (_name, options) => {
    const { rows, say } = create(options)
    await say(10_000)
    expect(rows.size).toBe(0)
  })

  it('values: retuned, it knows other thresholds and other settings', async () => {
    const { rows, say, route } = create()
    route.retune(planOf(configOf(), 0.2))
    await say(10_000)
    expect(rows.size).toBe(0)
    route.retune(planOf(configOf(), 0.8))
    await say(30_000)
    expect(rows.size).toBe(1)
    route.retune(planOf(configOf({ enabled: false }), 0.8))
    await say(60_000)
    expect(rows.size).toBe(1)
  })

  it('error: a store that refuses costs the sample alone, and gives its place back', async () => {
    const { rows, recorded, state, drops, logs, say } = create({ most: 1 })
    state.stores = false
    await say(10_000)
    expect([recorded, drops]).toEqual([[], { store_refuses: 1 }])
    expect(logs.map(({ message }) => message)).toContain('a sample cannot be kept')
    state.stores = true
    await say(40_000)
    expect([rows.size, recorded.length]).toEqual([1, 1])
  })

  it('error: a sample that cannot be recorded leaves no row, and gives its place back', async () => {
    const { rows, state, say } = create({ most: 1 })
    state.records = false
    await say(10_000)
    expect(rows.size).toBe(0)
    state.records = true
    await say(40_000)
    expect(rows.size).toBe(1)
  })

  it('unending: goes on from sample to sample while each is finished', async () => {
    const { rows, finished, say } = create({ most: 1 })
    for (let at = 1; at <= 5; at += 1) {
      await say(at * 20_000)
      finished.at(-1)!()
    }
    expect(rows.size).toBe(5)
  })

  it('early disposal: forgets what it had chosen and lets go of the scores', async () => {
    const { time, scores$, rows, route } = create()
    scores$.next(scoresAt(10_000))
    expect([scores$.observed, time.timers]).toEqual([true, 1])
    route.close()
    expect([scores$.observed, time.timers]).toEqual([false, 0])
    await time.pass(60_000)
    expect(rows.size).toBe(0)
  })

  it('overflow: adds none while all recordings are taken, until one gives its place back or is too old', async () => {
    const { rows, drops, say } = create({ most: 1 })
    await say(10_000, 20_000)
    expect([rows.size, drops]).toEqual([1, { too_many_at_once: 1 }])
    await say(90_000)
    expect(rows.size).toBe(2)
  })

  it('overflow: adds none while too many wait for review, and says so once', async () => {
    const { rows, state, drops, logs, say } = create({ sampling: { maxWaiting: 3 } })
    state.waiting = 3
    await say(10_000, 30_000)
    expect([rows.size, drops]).toEqual([0, { queue_full: 2 }])
    expect(logs.filter(({ level }) => level === 'warn')).toHaveLength(1)
    state.waiting = 2
    await say(50_000)
    expect(rows.size).toBe(1)
  })
})
