import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LearnJob } from '../../../../../pipelines/learn/job.ts'
import { judgePredictions, writeRunReport } from '../../../../../pipelines/learn/judge/learn-judge.ts'
import { learningSchema } from '../../../../../src/config/schema/learning-schema.ts'
import { gateRulesSchema } from '../../../../../src/train/evaluate/gate-rules.ts'
import { tempDir } from '../../../../support/temp-dir.ts'
import { createFakeClock } from '../../../infer/fake-clock.ts'

const labels = ['fall', 'nothing']
/** What a model says of 40 clips of ten groups, of which it gets so many wrong. */
const said = (wrong: number) =>
  Array.from({ length: 40 }, (_, n) => {
    const truth = n % 2
    const right = n >= wrong
    const probabilities = [0.1, 0.1]
    probabilities[right ? truth : 1 - truth] = 0.9
    return { id: `c${n}`, group: `g${n % 10}`, truth, probabilities }
  })
const footageS = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`g${n}`, 3600]))

let dir: string
beforeEach(() => {
  dir = tempDir('judge')
})

interface Case {
  readonly wrong?: number
  readonly wrongBefore?: number
  readonly lostLabels?: readonly string[]
  readonly job?: Partial<LearnJob>
  readonly background?: readonly string[]
  readonly more?: object
}

function create({
  wrong = 0,
  wrongBefore = 20,
  lostLabels = [],
  job = {},
  background = [],
  more = {},
}: Case) {
  const file = {
    labels,
    thresholds: [0.5, null],
    footageS,
    lostLabels,
    validation: [],
    crossValidated: 0,
    challenger: { predictions: said(wrong), latency: { p50Ms: 1, p95Ms: 2, conditions: 'cpu' } },
    champion: { name: 'actions@1.0.0', predictions: said(wrongBefore), latency: null },
    corrected: { challenger: [], champion: null },
    ...more,
  }
  writeFileSync(join(dir, 'predictions.json'), JSON.stringify(file))
  return {
    run: { id: 'run-1', dir },
    learning: learningSchema.parse({ model: 'actions', labelled: ['x'], background }),
    plans: { gate: gateRulesSchema.parse({ resamples: 200 }) },
    leaks: [],
    corrections: [],
    champion: '1.0.0',
    version: '1.1.0',
    set: { id: 'labelled-1', labels, items: [] },
    datasets: ['site@2'],
    code: '1.2.3',
    command: 'vireo learn',
    clock: createFakeClock().clock,
    ...job,
  } as unknown as LearnJob
}
const broken = (found: Awaited<ReturnType<typeof judgePredictions>>) =>
  found.decision.reasons.flatMap(({ rule, holds }) => (holds ? [] : [rule]))

describe('judgePredictions', () => {
  it.each([
    ['is better', {}, true, []],
    ['is worse', { wrong: 20, wrongBefore: 0 }, false, ['improvement', 'significance', 'classes']],
    ['is as good', { wrong: 4, wrongBefore: 4 }, false, ['significance']],
    ['no longer knows a label', { lostLabels: ['fight'] }, false, ['labels']],
    [
      'was tested on what it learned from',
      { job: { leaks: [{ group: 'g1', sides: ['train', 'test'] }] as never } },
      false,
      ['leak'],
    ],
    ['is the first', { job: { champion: null } }, true, []],
  ] as [string, Case, boolean, string[]][])('a version that %s', async (_name, given, promote, rules) => {
    const found = await judgePredictions(create(given))
    expect(found.decision.promote).toBe(promote)
    expect(broken(found)).toEqual(rules)
  })

  it('gives the figures to lineage and to metrics.json, without those that nobody measured', async () => {
    const { metrics } = await judgePredictions(create({ wrong: 4 }))
    expect(metrics).toMatchObject({ accuracy: 0.9, testItems: 40, testGroups: 10, latencyP95Ms: 2 })
    expect(metrics).toMatchObject({ 'fall.recall': 0.9, 'nothing.recall': 0.9 })
    expect(Object.keys(metrics)).not.toContain('falseAlarmsPerCameraDay')
    expect(Object.keys(metrics)).not.toContain('correctedClips')
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true)
    const kept = JSON.parse(readFileSync(join(dir, 'metrics.json'), 'utf8'))
    expect(kept).toEqual({ ...metrics, promote: true })
  })

  it('counts false alarms where footage of nothing is known', async () => {
    const { metrics, evaluation } = await judgePredictions(create({ wrong: 4, background: ['nothing'] }))
    expect(metrics.falseAlarmsPerCameraDay).toBeGreaterThan(0)
    expect(evaluation.falseAlarms).not.toBeNull()
  })

  it('counts which corrected clips each version gets right', async () => {
    const clip = (right: boolean) => ({ ...said(0)[0]!, probabilities: right ? [0.9, 0.1] : [0.1, 0.9] })
    const corrections = [{ id: 'c0', side: 'train' as const, said: 'nothing' }]
    const { metrics } = await judgePredictions(
      create({
        job: { corrections },
        more: { corrected: { challenger: [clip(true)], champion: [clip(false)] } },
      }),
    )
    expect(metrics).toMatchObject({ correctedClips: 1, correctedRightBefore: 0, correctedRight: 1 })
  })

  it('is the same each time', async () => {
    const job = create({ wrong: 3, wrongBefore: 5 })
    const [first, second] = [await judgePredictions(job), await judgePredictions(job)]
    expect(second).toEqual(first)
  })

  it('reads the file of an older run, in which corrected clips and lost labels are not named', async () => {
    const old = { corrected: undefined, lostLabels: undefined, crossValidated: undefined }
    expect((await judgePredictions(create({ more: old }))).decision.promote).toBe(true)
  })

  it('names the folder of a run whose predictions are damaged', async () => {
    const job = create({})
    writeFileSync(join(dir, 'predictions.json'), '{"labels": [')
    await expect(judgePredictions(job)).rejects.toMatchObject({
      code: 'TRAIN_CHECKPOINT',
      message: expect.stringContaining(dir),
    })
  })
})

describe('writeRunReport', () => {
  it('writes report, curve and event file, and hides secrets of the settings', async () => {
    const job = create({})
    const learning = { ...job.learning, token: 'a-secret-of-the-site' }
    const path = await writeRunReport({ ...job, learning }, await judgePredictions(job))
    const html = readFileSync(path, 'utf8')
    for (const text of ['actions@1.1.0', 'labelled-1', 'site@2', 'run-1', 'vireo learn'])
      expect(html).toContain(text)
    expect(html).not.toContain('a-secret-of-the-site')
    expect(existsSync(join(dir, 'history.jsonl'))).toBe(true)
    expect(existsSync(join(dir, 'events.out.tfevents.0.vireo'))).toBe(true)
  })
})
