import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createSiteLearning } from '../../../../pipelines/site/learning/create-site-learning.ts'
import { createRunArchive } from '../../../../pipelines/site/learning/run-archive.ts'
import { readCurves, thinned } from '../../../../pipelines/site/learning/run-curves.ts'
import { runPlan } from '../../../../pipelines/site/learning/run-plan.ts'
import { startChoices } from '../../../../pipelines/site/learning/start-choices.ts'
import { learningSchema } from '../../../../src/config/schema/learning-schema.ts'
import type { Config } from '../../../../src/config/schema.ts'
import { learningDir, runsDir } from '../../../../src/core/data-dir.ts'
import { createLearningNote, isAskedToPause } from '../../../../src/schedule/learning-note.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let dataDir: string
let nowMs = 1e12
const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
const configured = learningSchema.parse({
  model: 'actions',
  labelled: ['dataset:site'],
  background: ['nothing'],
  backbone: './models/videomae',
})

beforeEach(() => {
  nowMs = 1e12
  dataDir = tempDir('site-learning')
})

function run(
  id: string,
  more: { finished?: boolean; promote?: string; metrics?: object; compared?: boolean } = {},
) {
  const dir = join(runsDir(dataDir), id)
  mkdirSync(join(dir, 'finetune'), { recursive: true })
  const { finished = true, promote, metrics, compared } = more
  const begin = { champion: '1.0.0', version: '1.1.0', ...(compared && { compared }) }
  const record = {
    formatVersion: 1,
    id,
    model: 'actions',
    identity: 'x',
    startedMs: nowMs,
    finishedMs: finished ? nowMs + 1000 : null,
    steps: {
      begin: { doneMs: nowMs, result: begin },
      ...(promote && { promote: { doneMs: nowMs, result: promote } }),
    },
  }
  writeFileSync(join(dir, 'run.json'), JSON.stringify(record))
  if (metrics) writeFileSync(join(dir, 'metrics.json'), JSON.stringify(metrics))
  return dir
}

function open(learning: Config['learning'] | null = configured) {
  const begun: { plan: unknown; who: string }[] = []
  const killed: number[] = []
  const port = createSiteLearning({
    dataDir,
    current: () => ({ models: [], ...(learning && { learning }) }) as unknown as Config,
    archive: createRunArchive(dataDir),
    clock,
    judgedClips: async () => 0,
    changed: () => {},
    kill: (pid) => killed.push(pid),
    process: {
      async begin({ planFile, who }) {
        begun.push({ plan: JSON.parse(readFileSync(planFile, 'utf8')), who })
        note(who).say({ run: 'r' }, true)
      },
      async close() {},
    },
  })
  return { port, begun, killed }
}

function note(who = 'ann') {
  mkdirSync(learningDir(dataDir), { recursive: true })
  return createLearningNote({ dataDir, model: 'actions', who, command: 'vireo learn', clock })
}

describe('runs over REST', () => {
  it('are told from their folders: what came of each, and which can go on', async () => {
    run('20260101-000000-actions', {
      promote: 'live',
      metrics: { accuracy: 0.9, macroF1: 0.8, labelledClips: 24, promote: true },
    })
    run('20260102-000000-actions', { metrics: { accuracy: 0.5, macroF1Gain: -0.1, promote: false } })
    run('20260103-000000-actions', { finished: false })
    run('20260104-000000-actions', { compared: true })
    mkdirSync(join(runsDir(dataDir), 'not-a-run'))
    const { port } = open()
    const { runs, next } = await port.runs({ limit: 9 })
    expect(
      runs.map(({ id, state, result, clips, gain }) => [id.slice(0, 8), state, result, clips, gain]),
    ).toEqual([
      ['20260104', 'compared', null, null, null],
      ['20260103', 'stopped', null, null, null],
      ['20260102', 'done', 'refused', null, -0.1],
      ['20260101', 'done', 'live', 24, null],
    ])
    expect(next).toBeNull()
    const first = await port.runs({ limit: 2 })
    expect(first.runs).toHaveLength(1)
    const second = await port.runs({ limit: 2, cursor: first.next! })
    expect(second.runs.map(({ id }) => id.slice(0, 8))).toEqual(['20260103', '20260102'])
  })

  it('are shown with their curves, thinned, and without what is not there', async () => {
    const dir = run('20260103-000000-actions', { finished: false })
    const lines = Array.from({ length: 1000 }, (_, step) => ({
      type: 'step',
      step,
      loss: 1 / (step + 1),
      norm: 1,
      rate: 0.1,
    }))
    const epoch = { type: 'epoch', step: 1000, validationLoss: null, validationAccuracy: 0.5 }
    writeFileSync(
      join(dir, 'finetune', 'history.jsonl'),
      `${[...lines, epoch].map((line) => JSON.stringify(line)).join('\n')}\n{"type":"step","st`,
    )
    const { port } = open()
    const { curves, judged, pictures, report, settings } = await port.run('20260103-000000-actions')
    expect(curves.finetune.steps.length).toBeLessThanOrEqual(401)
    expect(curves.finetune.steps.at(-1)).toEqual({ step: 999, loss: 0.001, rate: 0.1 })
    expect(curves.finetune.epochs).toEqual([{ step: 1000, validationLoss: null, accuracy: 0.5 }])
    expect([judged, pictures, report, settings]).toEqual([null, [], null, null])
    await expect(port.run('none')).rejects.toMatchObject({ code: 'API_NOT_FOUND' })
    await expect(port.run('../x')).rejects.toMatchObject({ code: 'API_NOT_FOUND' })
    await expect(port.runFile('20260103-000000-actions', 'report')).rejects.toMatchObject({
      code: 'API_NOT_FOUND',
    })
  })

  it('begin with the settings and what was wished, by whom, one at a time', async () => {
    const { port, begun } = open()
    const job = await port.start({ what: 'finetune', datasets: ['site@3'], plan: { seed: 7 } }, 'ann')
    expect(job).toMatchObject({ state: 'running', who: 'ann', run: 'r' })
    expect(begun).toMatchObject([
      {
        who: 'ann',
        plan: {
          model: 'actions',
          labelled: ['dataset:site@3'],
          seed: 7,
          pretrain: { steps: 0 },
          background: ['nothing'],
        },
      },
    ])
    await expect(port.start({ what: 'teach' }, 'ben')).rejects.toMatchObject({ code: 'TRAIN_BUSY' })
  })

  it('wait and go on, and are stopped, by the process that learns', async () => {
    const { port, killed } = open()
    expect(() => port.pause('ann')).toThrow(expect.objectContaining({ code: 'API_BAD_REQUEST' }))
    expect(port.job()).toBeNull()
    const said = note()
    said.say({ run: 'r', phase: 'finetune' }, true)
    port.pause('ann')
    expect(isAskedToPause(dataDir)).toBe(true)
    said.say({ paused: 'hand' }, true)
    expect(port.job()).toMatchObject({ state: 'paused', paused: 'hand' })
    port.unpause('ann')
    expect(isAskedToPause(dataDir)).toBe(false)
    port.pause('ann')
    await port.stop('ann')
    expect([killed, isAskedToPause(dataDir)]).toEqual([[process.pid], false])
    said.say({ ended: { code: 'TRAIN_STOPPED', message: 'stopped' } }, true)
    expect(port.job()).toMatchObject({ state: 'ended', ended: { code: 'TRAIN_STOPPED' } })
    await expect(port.stop('ann')).rejects.toMatchObject({ code: 'API_BAD_REQUEST' })
  })

  it('go on with their own settings, unless they are done', async () => {
    const dir = run('20260103-000000-actions', { finished: false })
    run('20260104-000000-actions')
    const { port, begun } = open()
    await expect(port.goOn('20260103-000000-actions', 'ann')).rejects.toMatchObject({
      code: 'API_BAD_REQUEST',
    })
    writeFileSync(join(dir, 'settings.json'), JSON.stringify(configured))
    await port.goOn('20260103-000000-actions', 'ann')
    expect(begun[0]!.plan).toEqual(configured)
    note().say({ ended: { code: null, message: 'live' } }, true)
    await expect(port.goOn('20260104-000000-actions', 'ann')).rejects.toThrow(/is done/)
  })
})

describe('the plan of a run', () => {
  it.each([
    [{ plan: { backbone: '/etc' } }, /plan.backbone: is not accepted here/],
    [{ plan: { labelled: ['/etc'] } }, /plan.labelled/],
    [{ datasets: ['../x'] }, /datasets: "..\/x"/],
    [{ plan: { kind: 'guess' } }, /plan.kind/],
  ])('refuses %j', (wish, message) => {
    expect(() => runPlan({ what: 'pretrain', ...wish }, configured)).toThrow(message)
  })

  it('keeps what the configuration names, and needs a model and a dataset without one', () => {
    expect(runPlan({ what: 'pretrain' }, configured)).toEqual(configured)
    expect(runPlan({ what: 'teach' }, configured).kind).toBe('auto')
    expect(() => runPlan({ what: 'teach' }, undefined)).toThrow(/model: give/)
    expect(() => runPlan({ what: 'teach', model: 'a' }, undefined)).toThrow(/datasets: give/)
    expect(runPlan({ what: 'teach', model: 'a', datasets: ['site'] }, undefined)).toMatchObject({
      model: 'a',
      labelled: ['dataset:site'],
    })
  })
})

describe('what a run can be of', () => {
  const bundle = (name: string, kind: string) => {
    const path = join(dataDir, name)
    mkdirSync(path)
    writeFileSync(join(path, 'bundle.json'), JSON.stringify({ kind }))
    return { name, path }
  }
  const ask = (more: object = {}) =>
    startChoices({
      dataDir,
      current: () => ({ models: [] }),
      clock,
      canBegin: true,
      judgedClips: async () => 1,
      ...more,
    })

  it('offers what says what people do, and says which lines are missing', async () => {
    const models = [
      bundle('people', 'pose'),
      bundle('skeleton', 'skeleton'),
      { name: 'gone', path: '/nowhere' },
    ]
    const choices = await ask({ current: () => ({ models }) })
    expect(choices).toMatchObject({ models: ['skeleton'], settings: null, ready: false, refused: null })
    expect(learningSchema.parse(parse(choices.lines!).learning).model).toBe('skeleton')
    expect((await ask()).models).toEqual(['actions'])
    const more = [...models, { name: 'live', registry: 'site-actions' }]
    expect((await ask({ current: () => ({ models: more, learning: configured }) })).models).toEqual([
      'actions',
      'skeleton',
      'site-actions',
    ])
  })

  it('says why nothing can be started', async () => {
    expect((await ask({ canBegin: false })).refused).toBe('no_file')
    expect((await ask({ judgedClips: async () => 0 })).refused).toBe('no_footage')
    const learning = { ...configured, labelled: ['./clips'] }
    const files = await ask({ current: () => ({ models: [], learning }), judgedClips: async () => 0 })
    expect(files).toMatchObject({ refused: null, ready: true, lines: null })
    mkdirSync(join(dataDir, 'datasets/site'), { recursive: true })
    const settings = () => ({ models: [], learning: configured })
    expect(await ask({ current: settings })).toMatchObject({ ready: false, settings: 'actions' })
  })
})

describe('a curve', () => {
  it('keeps its last point, however much is left out', () => {
    expect(thinned([1, 2, 3], 5)).toEqual([1, 2, 3])
    expect(
      thinned(
        Array.from({ length: 11 }, (_, n) => n),
        5,
      ),
    ).toEqual([0, 3, 6, 9, 10])
  })

  it('is empty where nothing was trained', async () => {
    expect(await readCurves(dataDir)).toEqual({ pretrain: [], finetune: { steps: [], epochs: [] } })
  })
})
