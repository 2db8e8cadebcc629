import { AppError } from '../../../src/core/errors.ts'
import type { LearningJob, LearningPort, ModelDetail, RunDetail } from '../../../src/http/learning-port.ts'

export const runId = '20260314-021701-actions'
const at = '2026-03-14T02:17:01.004Z'

/** One run that is done, one model with one version; remembers what it was asked. */
export function fakeLearning(file: string, asked: unknown[]): LearningPort {
  const job: LearningJob = {
    state: 'running',
    model: 'actions',
    run: runId,
    who: 'ann',
    startedAt: at,
    at,
    phase: 'finetune',
    done: 3,
    total: 10,
    loss: 0.7,
    etaS: 42,
    paused: null,
    notice: '24 labelled clips',
    ended: null,
  }
  const side = {
    name: 'actions@1.1.0',
    accuracy: 0.9,
    macroF1: 0.9,
    items: 20,
    groups: 4,
    perClass: [{ label: 'falling', support: 10, said: 9, precision: 1, recall: 0.9, f1: 0.95 }],
    confusion: [[10]],
    calibrationError: 0.1,
    falseAlarmsPerCameraDay: null,
    latencyP95Ms: 3,
  }
  const difference = {
    champion: 0.8,
    challenger: 0.9,
    difference: 0.1,
    low: 0.02,
    high: 0.2,
    confidence: 0.95,
  }
  const change = { id: 'x', group: 'gate/day', truth: 'falling', champion: 'walking', challenger: 'falling' }
  const entry = {
    id: runId,
    model: 'actions',
    version: '1.1.0',
    state: 'done',
    result: 'live',
    startedAt: at,
    finishedAt: at,
    champion: '1.0.0',
    clips: 20,
    accuracy: 0.9,
    macroF1: 0.9,
    gain: 0.1,
  } as const
  const detail: RunDetail = {
    ...entry,
    steps: [{ name: 'begin', doneAt: at }],
    settings: { model: 'actions' },
    curves: {
      pretrain: [{ step: 0, masked: 1, next: null }],
      finetune: {
        steps: [{ step: 10, loss: 0.7, rate: 0.001 }],
        epochs: [{ step: 10, validationLoss: null, accuracy: 0.5 }],
      },
    },
    pictures: [`/api/v1/runs/${runId}/reconstructions/0`],
    report: `/api/v1/runs/${runId}/report`,
    judged: {
      labels: ['falling'],
      clips: 20,
      datasets: ['site@3'],
      challenger: side,
      champion: { ...side, name: 'actions@1.0.0' },
      accuracy: difference,
      macroF1: difference,
      pValue: 0.04,
      stillRight: 15,
      fixed: { count: 1, first: [change] },
      broken: { count: 0, first: [] },
      stillWrong: { count: 0, first: [] },
      corrected: { clips: 2, rightBefore: 0, rightNow: 2 },
      mistakes: [{ id: 'x', group: 'gate/day', truth: 'falling', said: 'walking', confidence: 0.9 }],
      promote: true,
      reasons: [{ rule: 'leak', measured: 0, limit: 0, holds: true, text: 'No leak.' }],
    },
  }
  const model: ModelDetail = {
    name: 'actions',
    live: '1.1.0',
    previous: '1.0.0',
    shadow: null,
    versions: 1,
    serves: true,
    learned: true,
    lineage: [
      {
        version: '1.1.0',
        parent: '1.0.0',
        createdAt: at,
        createdBy: 'ann',
        dataset: 'labelled-1',
        datasets: ['site@3'],
        seed: 1,
        code: 'vireo 0.1.0',
        command: 'vireo learn --once',
        run: runId,
        metrics: { accuracy: 0.9 },
      },
    ],
    history: [{ at, action: 'promote', version: '1.1.0', who: 'ann', reason: 'better', details: {} }],
    curve: [{ version: '1.1.0', at, clips: 20, accuracy: 0.9, macroF1: 0.9, judgedBy: 20, state: 'live' }],
  }
  const asking = <T>(question: unknown, value: T): T => {
    asked.push(question)
    return value
  }
  const known = <T>(is: boolean, what: string, value: T): T => {
    if (is) return value
    throw new AppError('API_NOT_FOUND', `there is no ${what}`)
  }
  const ofModel = (name: string, question: unknown) =>
    asking(question, known(name === 'actions', `model ${name}`, model))
  return {
    job: () => job,
    choices: async () => ({
      models: ['actions'],
      settings: 'actions',
      ready: true,
      lines: null,
      refused: null,
    }),
    runs: async (query) => asking(query, { runs: [entry], next: null }),
    run: async (id) => known(id === runId, `run ${id}`, detail),
    runFile: async (id) => known(id === runId, `run ${id}`, file),
    start: async (wish, who) => asking([wish, who], job),
    goOn: async (id, who) => asking([id, who], known(id === runId, `run ${id}`, job)),
    pause: (who) => asking({ pause: who }, { ...job, state: 'paused', paused: 'hand' }),
    unpause: (who) => asking({ unpause: who }, job),
    stop: async (who) => asking({ stop: who }, job),
    models: async () => [model].map(({ lineage: _l, history: _h, curve: _c, ...rest }) => rest),
    model: async (name) => ofModel(name, name),
    promote: async (name, wish) => ofModel(name, wish),
    rollback: async (name, wish) => ofModel(name, wish),
    dismiss: async (name, wish) => ofModel(name, wish),
    disagreements: async (_name, query) =>
      asking(query, {
        items: [
          {
            at,
            cameraId: 'gate',
            label: 'falling',
            liveVersion: '1.0.0',
            shadowVersion: '1.1.0',
            liveScore: 0.4,
            shadowScore: 0.7,
            liveLabels: [],
            shadowLabels: ['falling'],
            startedAt: at,
          },
        ],
        next: null,
      }),
  }
}
