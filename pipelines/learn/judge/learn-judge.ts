import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LoadedBundle, loadBundle } from '../../../src/bundle/load-bundle.ts'
import { AppError } from '../../../src/core/errors.ts'
import { redactFields } from '../../../src/telemetry/redact-text.ts'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'
import { type Comparison, compareModels, guessing } from '../../../src/train/evaluate/compare-models.ts'
import {
  type CorrectedClip,
  correctedClips,
  countCorrected,
} from '../../../src/train/evaluate/corrected-clips.ts'
import { type Evaluation, evaluate } from '../../../src/train/evaluate/evaluate.ts'
import { type GateDecision, gate } from '../../../src/train/evaluate/gate.ts'
import { judgedRecord, writeJudged } from '../../../src/train/evaluate/judged-record.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { readVerdicts, type Verdicts, writeVerdicts } from '../../../src/train/evaluate/verdicts.ts'
import { measureLatencies } from '../../../src/train/export/predict-bundle.ts'
import { formatHistory, type HistoryRecord, parseHistory } from '../../../src/train/report/history.ts'
import { renderReport } from '../../../src/train/report/render-report.ts'
import { writeTensorBoard } from '../../../src/train/report/tensorboard.ts'
import { readHistory } from '../../../src/train/run/run-history.ts'
import { type LearnJob, servedDir } from '../job.ts'
import { lookAt, secondsOf } from '../run/look.ts'
import { knownActions } from '../skeleton/known-loss.ts'
import { readUnseen } from './cross-folds.ts'

export interface Judged {
  readonly evaluation: Evaluation
  readonly comparison: Comparison
  readonly decision: GateDecision
  readonly corrected: readonly CorrectedClip[]
  readonly metrics: Readonly<Record<string, number>>
}

/**
 * The new version and the live one on the test side, as they serve; without a live one, guessing. With
 * cross-validation also on the clips that were learned from, each by a model that did not see it.
 */
export async function predictBoth(job: LearnJob): Promise<void> {
  const { learning, set, split, corrections, champion, registry, run, skeleton, threads, onProgress } = job
  const { labels } = set
  const loaded = await loadBundle(servedDir(job))
  const tell = (done: number) => onProgress({ phase: 'evaluate', done, total: 3, loss: null, etaS: 0 })
  const predict = (videos: readonly LabelledVideo[], bundle = loaded) => lookAt(job, videos, bundle)
  const secondsOfClips = (said: readonly Prediction[]) => {
    const ids = new Set(said.map(({ id }) => id))
    return secondsOf(
      job,
      set.items.filter(({ id }) => ids.has(id)),
    )
  }
  const wanted = new Set(corrections.map(({ id }) => id))
  const corrected = set.items.filter(({ id }) => wanted.has(id))
  tell(0)
  const own = await predict(split.test)
  tell(1)
  const unseen = await readUnseen(run.dir, labels)
  const validation = unseen ?? (await predict(split.validation)).predictions
  tell(2)
  const championDir = champion === null || registry === null ? null : registry.dirOf(learning.model, champion)
  const before = championDir === null ? null : await loadBundle(championDir)
  const unseenBefore = championDir === null ? null : await readUnseen(join(championDir, 'training'), labels)
  // Of a live version that is not known to have left clips out, only the test side says something.
  // One that has seen simulated people alone has seen none of them.
  const sawNone = before === null || before.bundle.trainedOn === 'simulated'
  const extra = unseen && (sawNone || unseenBefore) ? unseen : []
  const predictions = [...own.predictions, ...extra]
  if (predictions.length === 0)
    throw new AppError(
      'TRAIN_SPLIT',
      'nothing is left to judge the new version by: set learning.testShare above 0, or label footage of more groups',
    )
  const [latency = null, latencyBefore = null] = await measureLatencies(before ? [loaded, before] : [loaded])
  const rival = async () => {
    if (before === null) return guessing(labels.length, predictions)
    const known = new Map((unseenBefore ?? []).map((each) => [each.id, each]))
    const asked = await predict(
      [
        ...split.test,
        ...set.items.filter(({ id }) => !known.has(id) && extra.some((each) => each.id === id)),
      ],
      before,
    )
    const said = extra.flatMap((each) => {
      const one = known.get(each.id)
      return one ? [{ ...each, probabilities: one.probabilities }] : []
    })
    return { name: `${learning.model}@${champion}`, predictions: [...asked.predictions, ...said] }
  }
  const verdicts: Verdicts = {
    labels: [...labels],
    thresholds: thresholdsIn(loaded, labels),
    footageS: { ...(await secondsOfClips(extra)), ...own.footageS },
    challenger: { predictions, latency },
    champion: { ...(await rival()), latency: latencyBefore },
    crossValidated: extra.length,
    lostLabels: before ? lostBy(loaded, before) : [],
    known:
      skeleton && before?.bundle.kind === 'skeleton'
        ? await knownActions({ before, now: loaded, shape: skeleton.shape, threads })
        : [],
    corrected: {
      challenger: (await predict(corrected)).predictions,
      champion: before ? (await predict(corrected, before)).predictions : null,
    },
    validation,
  }
  await writeVerdicts(run.dir, verdicts)
  tell(3)
}

/** Where the labels of the footage alert; null: never. */
function thresholdsIn({ bundle }: LoadedBundle, labels: readonly string[]): (number | null)[] {
  return labels.map((label) => {
    const own = bundle.labels.find(({ name }) => name === label)
    return !own || own.background ? null : own.threshold
  })
}

/** Labels that the version before alerts on and the new one does not know. */
const lostBy = (now: LoadedBundle, before: LoadedBundle): string[] =>
  before.bundle.labels.flatMap(({ name, background }) =>
    background || now.bundle.labels.some((each) => each.name === name) ? [] : [name],
  )

/** Figures, comparison and the gate's decision from what was said. */
export async function judgePredictions(job: LearnJob): Promise<Judged> {
  const { run, plans, leaks, learning, corrections } = job
  const verdicts = await readVerdicts(run.dir)
  const { labels, thresholds, footageS } = verdicts
  // Alarms can only be false where there is footage of nothing.
  const falseAlarms = learning.background.length > 0 ? { thresholds, footageS } : undefined
  const evaluated = ({ predictions, latency }: Verdicts['challenger'], validation?: readonly Prediction[]) =>
    evaluate({
      labels,
      predictions,
      latency,
      ...(validation && validation.length > 0 && { validation }),
      ...(falseAlarms && { falseAlarms }),
    })
  const evaluation = evaluated(verdicts.challenger, verdicts.validation)
  const comparison = compareModels({
    champion: { ...verdicts.champion, evaluation: evaluated(verdicts.champion) },
    challenger: {
      name: `${learning.model}@${job.version}`,
      predictions: verdicts.challenger.predictions,
      evaluation,
    },
    seed: learning.seed,
    resamples: plans.gate.resamples,
    confidence: plans.gate.confidence,
  })
  const decision = gate({
    rules: plans.gate,
    comparison,
    leaks,
    lostLabels: verdicts.lostLabels,
    first: job.champion === null,
    crossValidated: verdicts.crossValidated,
    known: verdicts.known,
  })
  const corrected = correctedClips({ labels, corrections, ...verdicts.corrected })
  const metrics = {
    ...metricsOf({ evaluation, comparison, corrected }),
    ...(job.set && { labelledClips: job.set.items.length }),
  }
  await writeFile(
    join(run.dir, 'metrics.json'),
    `${JSON.stringify({ ...metrics, promote: decision.promote }, null, 2)}\n`,
  )
  return { evaluation, comparison, decision, corrected, metrics }
}

/** What of it is shown to those who look at the run. */
export async function keepJudgement({ run, set, datasets }: LearnJob, judged: Judged): Promise<void> {
  const { challenger } = await readVerdicts(run.dir)
  const clips = set.items.length
  await writeJudged(
    run.dir,
    judgedRecord({ ...judged, predictions: challenger.predictions, clips, datasets }),
  )
}

/** report.html, history.jsonl and an event file for TensorBoard. Returns the report's path. */
export async function writeRunReport(job: LearnJob, judged: Judged): Promise<string> {
  const { run, learning, set, datasets, version, champion, code, command, clock } = job
  const history = curveOf(await readHistory(join(run.dir, 'finetune')))
  const pretraining = await readFile(join(run.dir, 'pretrain.jsonl'), 'utf8').then(
    (text) => parseHistory(text, 'pretrain.jsonl'),
    () => [],
  )
  await writeFile(join(run.dir, 'history.jsonl'), formatHistory(history))
  const nowS = clock.nowMs() / 1000
  const events = writeTensorBoard({ records: history, wallTimeS: () => nowS })
  await writeFile(join(run.dir, 'events.out.tfevents.0.vireo'), events)
  const path = join(run.dir, 'report.html')
  const html = renderReport({
    title: `${learning.model}@${version}`,
    createdAt: new Date(clock.nowMs()),
    ...judged,
    history,
    pretraining,
    reconstructions: await reconstructionsOf(run.dir),
    lineage: {
      parent: champion,
      dataset: [set.id, ...datasets].join(', '),
      code,
      seed: String(learning.seed),
      run: run.id,
      ...(job.choice && { chosen: job.choice.why }),
    },
    config: redactFields(learning),
    command,
  })
  await writeFile(path, html)
  return path
}

function curveOf(lines: Awaited<ReturnType<typeof readHistory>>): HistoryRecord[] {
  return lines.flatMap((line): HistoryRecord[] => {
    if (line.type === 'step') return [{ step: line.step, loss: line.loss, learningRate: line.rate }]
    if (line.type !== 'epoch') return []
    const { step, epoch, validationLoss, validationAccuracy: accuracy } = line
    return [{ step, epoch, validationLoss, accuracy }]
  })
}

async function reconstructionsOf(dir: string): Promise<{ caption: string; png: Uint8Array }[]> {
  const names = ['reconstruction-0.png', 'reconstruction-1.png', 'reconstruction-2.png']
  const found = await Promise.all(names.map((name) => readFile(join(dir, name)).catch(() => null)))
  return found.flatMap((png, n) =>
    png ? [{ caption: `Clip ${n + 1}: as it is, as the encoder sees it, as it is painted`, png }] : [],
  )
}

/** The figures that go into the lineage. */
function metricsOf(options: Pick<Judged, 'evaluation' | 'comparison' | 'corrected'>): Record<string, number> {
  const { evaluation, comparison, corrected } = options
  const { clips, rightBefore, rightNow } = countCorrected(corrected)
  const { accuracy, macroF1, items, groups, calibration, falseAlarms, latency, perClass } = evaluation
  const figures: Record<string, number | null> = {
    accuracy,
    macroF1,
    testItems: items,
    testGroups: groups,
    ece: calibration.ece,
    falseAlarmsPerCameraDay: falseAlarms?.perCameraDay ?? null,
    latencyP95Ms: latency?.p95Ms ?? null,
    macroF1Gain: comparison.macroF1.difference,
    ...(clips > 0 && { correctedClips: clips, correctedRightBefore: rightBefore, correctedRight: rightNow }),
  }
  for (const { label, precision, recall, f1 } of perClass)
    Object.assign(figures, {
      [`${label}.precision`]: precision,
      [`${label}.recall`]: recall,
      [`${label}.f1`]: f1,
    })
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) =>
      value === null || !Number.isFinite(value) ? [] : [[name, Number(value.toPrecision(6))]],
    ),
  )
}
