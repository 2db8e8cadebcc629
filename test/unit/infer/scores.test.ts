import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyActivation } from '../../../src/core/activation.ts'
import { createSparseLog } from '../../../src/core/time/sparse-log.ts'
import { createFinishBatch } from '../../../src/infer/finish-batch.ts'
import { planThreads } from '../../../src/infer/plan-threads.ts'
import { createFakeClock } from './fake-clock.ts'
import { createRecorder, sampleClip } from './sample-clip.ts'

describe('activation', () => {
  const apply = (values: number[], activation: 'softmax' | 'sigmoid' | 'none', labels = 2) => {
    const data = Float32Array.from(values)
    applyActivation(data, labels, activation)
    return [...data]
  }

  it('leaves probabilities alone', () => expect(apply([0.25, 4], 'none')).toEqual([0.25, 4]))

  it('is a sigmoid for each value', () => {
    const [low, middle, high] = apply([-200, 0, 200], 'sigmoid', 3)
    expect([low, middle, high]).toEqual([0, 0.5, 1])
  })

  it('is a softmax for each row', () => {
    const values = apply([0, Math.log(3), 1000, 1000], 'softmax')
    for (const [at, expected] of [0.25, 0.75, 0.5, 0.5].entries()) expect(values[at]).toBeCloseTo(expected, 6)
  })

  it('makes every row of a softmax sum up to one, for any finite logits', () => {
    const logits = fc.array(fc.float({ noNaN: true, min: -(2 ** 100), max: 2 ** 100 }), {
      minLength: 3,
      maxLength: 3,
    })
    fc.assert(
      fc.property(logits, (row) => {
        const values = apply([...row, 0, 0, 0], 'softmax', 3)
        expect(values.slice(0, 3).reduce((a, b) => a + b)).toBeCloseTo(1, 5)
        expect(values[row.indexOf(Math.max(...row))]).toBe(Math.max(...values.slice(0, 3)))
      }),
    )
  })

  it('does not hide a NaN', () => {
    expect(apply([Number.NaN, 1], 'softmax')).toEqual([Number.NaN, Number.NaN])
    expect(apply([Number.NaN, 0], 'sigmoid')[0]).toBeNaN()
  })
})

describe('finish batch', () => {
  const setUp = () => {
    const recorder = createRecorder()
    const time = createFakeClock()
    const finish = createFinishBatch({
      failed: () => {},
      modelName: 'm',
      version: '1.0.0',
      labels: ['empty', 'fall'],
      states: null,
      telemetry: recorder.telemetry,
      sparseLog: createSparseLog({ clock: time.clock, everyMs: 10_000 }),
    })
    return { ...recorder, finish, time }
  }
  const clips = [sampleClip({ cameraId: 'a' }), sampleClip({ cameraId: 'b' })]
  const scored = (...values: number[]) =>
    ({ kind: 'scored', values: Float32Array.from(values), states: [], runMs: 1 }) as const

  it('gives each clip its own row, whatever rows come after', () => {
    const { finish, counts } = setUp()
    const scores = finish(clips, scored(0.25, 0.75, 1, 0, 9, 9))
    expect(scores.map((score) => [score!.cameraId, ...score!.values])).toEqual([
      ['a', 0.25, 0.75],
      ['b', 1, 0],
    ])
    expect(counts.vireo_infer_clips_total).toBe(2)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('makes no score of %s', (value) => {
    const { finish, drops, counts } = setUp()
    const scores = finish(clips, scored(0.5, value, 1, 0))
    expect(scores[0]).toBeNull()
    expect(scores[1]!.cameraId).toBe('b')
    expect(drops).toEqual({ not_finite: 1 })
    expect(counts).toEqual({ vireo_infer_faults_total: 1, vireo_infer_clips_total: 1 })
  })

  it('counts every clip of a batch that failed, and says so once in ten seconds', async () => {
    const { finish, drops, lines, time } = setUp()
    for (let n = 0; n < 3; n += 1) finish(clips, { kind: 'failed', message: 'out of memory' })
    finish(clips, { kind: 'lost', message: 'shot' })
    expect(drops).toEqual({ run_failed: 6, worker_lost: 2 })
    expect(lines.map(({ fields }) => [fields.reason, fields.held])).toEqual([
      ['out of memory', 0],
      ['shot', 0],
    ])
    await time.pass(10_000)
    finish(clips, { kind: 'failed', message: 'out of memory' })
    expect(lines[2]!.fields).toMatchObject({ code: 'MODEL_INFERENCE', held: 2 })
  })
})

describe('thread plan', () => {
  const model = (workers: number, intraOpThreads: number) => ({ workers, intraOpThreads })

  it('leaves a single session the choice', () => {
    expect(planThreads([model(1, 0)], 8)).toEqual([{ intraOpThreads: 0, allowSpinning: false }])
  })

  it('shares the cores that are left among the sessions that leave it open, one at least', () => {
    const threads = (models: ReturnType<typeof model>[], cores: number) =>
      planThreads(models, cores).map(({ intraOpThreads }) => intraOpThreads)
    expect(threads([model(2, 0), model(1, 2)], 8)).toEqual([3, 2])
    expect(threads([model(4, 0), model(2, 4)], 4)).toEqual([1, 4])
  })

  it('allows spinning only to one session that leaves a core free', () => {
    const spins = (models: ReturnType<typeof model>[]) =>
      planThreads(models, 4).map((plan) => plan.allowSpinning)
    expect(spins([model(1, 3)])).toEqual([true])
    expect(spins([model(1, 4)])).toEqual([false])
    expect(spins([model(2, 2)])).toEqual([false])
    expect(spins([model(1, 2), model(1, 1)])).toEqual([false, false])
  })
})
