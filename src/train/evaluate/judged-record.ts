import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJson } from '../../store/read-json.ts'
import type { Comparison, ItemChange } from './compare-models.ts'
import { isRight, topLabel } from './confusion.ts'
import type { CorrectedClip } from './corrected-clips.ts'
import { countCorrected } from './corrected-clips.ts'
import type { Evaluation } from './evaluate.ts'
import type { GateDecision } from './gate.ts'
import type { Prediction } from './prediction.ts'

const figure = z.number().nullable()
const sideSchema = z.object({
  name: z.string(),
  accuracy: z.number(),
  macroF1: z.number(),
  items: z.int(),
  groups: z.int(),
  perClass: z.array(
    z.object({
      label: z.string(),
      support: z.int(),
      said: z.int(),
      precision: figure,
      recall: figure,
      f1: figure,
    }),
  ),
  /** [truth][said]: clips. */
  confusion: z.array(z.array(z.int())),
  calibrationError: figure,
  falseAlarmsPerCameraDay: figure,
  latencyP95Ms: figure,
})
const differenceSchema = z.object({
  champion: z.number(),
  challenger: z.number(),
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  confidence: z.number(),
})
const changeSchema = z.object({
  id: z.string(),
  group: z.string(),
  truth: z.string(),
  champion: z.string(),
  challenger: z.string(),
})
const changesSchema = z.object({ count: z.int(), first: z.array(changeSchema) })
const mistakeSchema = z.object({
  id: z.string(),
  group: z.string(),
  truth: z.string(),
  said: z.string(),
  confidence: z.number(),
})

const judgedSchema = z.object({
  formatVersion: z.literal(1),
  labels: z.array(z.string()),
  /** Labelled clips that it learned from or was judged by. */
  clips: z.int(),
  datasets: z.array(z.string()),
  challenger: sideSchema,
  champion: sideSchema,
  accuracy: differenceSchema,
  macroF1: differenceSchema,
  pValue: z.number(),
  stillRight: z.int(),
  fixed: changesSchema,
  broken: changesSchema,
  stillWrong: changesSchema,
  corrected: z.object({ clips: z.int(), rightBefore: z.int(), rightNow: z.int() }),
  /** Of the new version, the surest first. */
  mistakes: z.array(mistakeSchema),
  promote: z.boolean(),
  reasons: z.array(
    z.object({ rule: z.string(), measured: figure, limit: figure, holds: z.boolean(), text: z.string() }),
  ),
})

/** How a run was judged, in so few bytes that a page can be given all of it. */
export type JudgedRecord = z.infer<typeof judgedSchema>
export type JudgedMistake = z.infer<typeof mistakeSchema>

const fileName = 'judged.json'
const mostListed = 60
/** Labels up to which every pair of them is told. */
const mostLabels = 120

/** What of a judgement is kept for those who look at the run later. */
export function judgedRecord(options: {
  evaluation: Evaluation
  comparison: Comparison
  decision: GateDecision
  corrected: readonly CorrectedClip[]
  /** Of the new version. */
  predictions: readonly Prediction[]
  clips: number
  datasets: readonly string[]
}): JudgedRecord {
  const { comparison, decision, corrected, predictions, clips, datasets } = options
  const { champion, challenger, accuracy, macroF1, mcNemar, changes } = comparison
  const { labels } = challenger.evaluation
  return {
    formatVersion: 1,
    labels: [...labels],
    clips,
    datasets: [...datasets],
    challenger: sideOf(challenger),
    champion: sideOf(champion),
    accuracy,
    macroF1,
    pValue: mcNemar.pValue,
    stillRight: changes.stillRight,
    fixed: listed(changes.fixed),
    broken: listed(changes.broken),
    stillWrong: listed(changes.stillWrong),
    corrected: countCorrected(corrected),
    mistakes: mistakesOf(labels, predictions),
    promote: decision.promote,
    reasons: decision.reasons.map((reason) => ({ ...reason })),
  }
}

export async function writeJudged(dir: string, record: JudgedRecord): Promise<void> {
  await writeFile(join(dir, fileName), `${JSON.stringify(record)}\n`)
}

/** Null where the run has not been judged, or the file is damaged. */
export async function readJudged(dir: string): Promise<JudgedRecord | null> {
  return readJson(await readFile(join(dir, fileName), 'utf8').catch(() => null), judgedSchema)
}

/** Clips that a version has wrong, the surest first. */
export function mistakesOf(labels: readonly string[], predictions: readonly Prediction[]): JudgedMistake[] {
  return predictions
    .filter((each) => !isRight(each))
    .map(({ id, group, truth, probabilities }) => {
      const said = topLabel({ id, group, truth, probabilities })
      const confidence = Number(probabilities[said]!.toFixed(4))
      return { id, group, truth: labels[truth]!, said: labels[said]!, confidence }
    })
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1))
    .slice(0, mostListed)
}

function sideOf({ name, evaluation }: { name: string; evaluation: Evaluation }): JudgedRecord['challenger'] {
  const { accuracy, macroF1, items, groups, perClass, confusion, calibration, falseAlarms, latency } =
    evaluation
  const number = (value: number | null | undefined) =>
    value === undefined || value === null || !Number.isFinite(value) ? null : value
  return {
    name,
    accuracy,
    macroF1,
    items,
    groups,
    perClass: perClass.map((each) => ({ ...each })),
    confusion: perClass.length > mostLabels ? [] : confusion.map((row) => [...row]),
    calibrationError: number(calibration.ece),
    falseAlarmsPerCameraDay: number(falseAlarms?.perCameraDay),
    latencyP95Ms: number(latency?.p95Ms),
  }
}

const listed = (changes: readonly ItemChange[]) => ({
  count: changes.length,
  first: changes.slice(0, mostListed).map((change) => ({ ...change })),
})
