import { createHash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '../../../src/config/config-hash.ts'
import type { LearningConfig } from '../../../src/config/schema/learning-schema.ts'
import { learningDir } from '../../../src/core/data-dir.ts'
import { AppError } from '../../../src/core/errors.ts'
import { makeFolders } from '../../../src/store/make-folders.ts'
import { readJson } from '../../../src/store/read-json.ts'
import { writeWhole } from '../../../src/store/write-whole.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import type { LearnOptions } from '../job.ts'
import { readUnseen, unseenFileName } from '../judge/cross-folds.ts'
import { crossValidate } from '../judge/cross-validate.ts'
import { labelledFootage } from '../prepare/labelled-footage.ts'
import { prepareRun } from '../prepare/learn-prepare.ts'
import { crossValidateBodies, isSkeletonJob } from '../skeleton/teach-bodies.ts'
import { type Way, waysToLearn } from './ways.ts'

const triedSchema = z.object({
  way: z.enum(['skeleton', 'video', 'network']),
  what: z.string(),
  /** Clips that were judged, and how many of them were right. */
  clips: z.number(),
  right: z.number(),
  /** Mean over the labels of the share that is right. */
  recall: z.number(),
})

const choiceSchema = z.object({
  identity: z.string(),
  way: z.enum(['skeleton', 'video', 'network']),
  why: z.string(),
  tried: z.array(triedSchema),
})

/** What of all ways is learned by, and why. */
export type Choice = Omit<z.infer<typeof choiceSchema>, 'identity'>
type Tried = z.infer<typeof triedSchema>

export interface ChosenWay {
  readonly learning: LearningConfig
  /** null: the settings say what is taught. */
  readonly choice: Choice | null
  /** What cross-validation said of the chosen way. */
  readonly crossed?: string
}

/**
 * Of `kind: auto`, the way by which most labels are recognised in clips that were not learned from: all ways that are there
 * are cross-validated on the same parts. Of equally good ones the one that costs least while it serves. What was chosen is
 * kept, so that an interrupted run goes on with it.
 *
 * @throws AppError TRAIN_SPLIT where nothing can be compared, and what prepareRun throws
 */
export async function chooseWay(options: LearnOptions): Promise<ChosenWay> {
  const { learning, dataDir, onNotice } = options
  if (learning.kind !== 'auto') return { learning, choice: null }
  const { set } = await labelledFootage({
    sources: learning.labelled,
    dataDir,
    background: learning.background[0] ?? 'background',
  })
  const { there, missing } = await waysToLearn({ ...options, clips: set.items })
  const [only] = there
  if (there.length === 1) {
    const why = `${only!.what} is taught: ${missing.length > 0 ? missing.join('; ') : 'the live version is one'}`
    onNotice?.(why)
    return { learning: only!.learning, choice: { way: only!.name, why, tried: [] } }
  }
  const dir = join(learningDir(dataDir), learning.model, 'compared')
  const identity = createHash('sha256')
    .update(canonicalJson([set.id, there.map((way) => way.learning)]))
    .digest('hex')
    .slice(0, 16)
  const before = readJson(await readFile(join(dir, 'choice.json'), 'utf8').catch(() => null), choiceSchema)
  const known = before?.identity === identity ? before : null
  const choice = known ?? { identity, ...(await compare(options, there, dir)) }
  if (!known)
    await writeWhole({ path: join(dir, 'choice.json'), content: `${JSON.stringify(choice, null, 2)}\n` })
  onNotice?.(choice.why)
  const chosen = there.find(({ name }) => name === choice.way)!
  const { way, why, tried } = choice
  return { learning: chosen.learning, choice: { way, why, tried }, crossed: join(dir, `${way}.json`) }
}

async function compare(options: LearnOptions, ways: readonly Way[], dir: string): Promise<Choice> {
  options.onNotice?.(
    `${ways.length} ways to learn are compared by cross-validation: ${ways.map(({ what }) => what).join(', ')}`,
  )
  makeFolders(dir)
  const tried: Tried[] = []
  const failed: AppError[] = []
  for (const way of ways) {
    const right = await tryWay(options, way, dir).catch((thrown: unknown) => {
      if (!(thrown instanceof AppError) || thrown.code === 'TRAIN_STOPPED') throw thrown
      options.onNotice?.(`${way.what} cannot be taught: ${thrown.message}`)
      failed.push(thrown)
      return null
    })
    if (right) tried.push({ way: way.name, what: way.what, ...right })
  }
  if (tried.length === 0) throw failed[0]!
  const best = tried.reduce((most, each) => (each.recall > most.recall + 1e-9 ? each : most))
  return { way: best.way, why: whyOf(best, tried), tried }
}

/** How much is right of clips that it has not learned from; what was said of them is kept. */
async function tryWay(options: LearnOptions, way: Way, dir: string): Promise<ReturnType<typeof rightOf>> {
  const job = await prepareRun({ ...options, learning: way.learning, compared: true })
  await job.run.step('cross', () => (isSkeletonJob(job) ? crossValidateBodies(job) : crossValidate(job)))
  const said = await readUnseen(job.run.dir, job.set.labels)
  if (!said)
    throw new AppError(
      'TRAIN_SPLIT',
      'kind: auto compares by cross-validation, and no part of these clips can be left out; set kind to skeleton or clip, or label footage of more groups',
    )
  await copyFile(join(job.run.dir, unseenFileName), join(dir, `${way.name}.json`))
  await job.run.finish()
  return rightOf(said)
}

/** How many clips are right, and the mean over the labels. */
export function rightOf(said: readonly Prediction[]): Pick<Tried, 'clips' | 'right' | 'recall'> {
  const isRight = ({ truth, probabilities }: Prediction) =>
    probabilities.indexOf(Math.max(...probabilities)) === truth && probabilities[truth]! > 0
  const shares = [...Map.groupBy(said, ({ truth }) => truth).values()].map(
    (own) => own.filter(isRight).length / own.length,
  )
  return {
    clips: said.length,
    right: said.filter(isRight).length,
    recall: shares.reduce((sum, share) => sum + share, 0) / shares.length,
  }
}

/** The sentence for operators. */
export function whyOf(best: Tried, tried: readonly Tried[]): string {
  const figure = ({ right, clips, recall }: Tried) =>
    `${right} of ${clips} clips, ${Math.round(recall * 100)} % of a label on the mean`
  const others = tried.filter((each) => each !== best)
  const equal = others.some(({ recall }) => Math.abs(recall - best.recall) <= 1e-9)
  return (
    `${best.what} is taught: it is right on ${figure(best)}, none of which it had learned from` +
    others.map((each) => `; ${each.what} on ${figure(each)}`).join('') +
    (equal ? '. Of equally good ones it costs least while it serves' : '')
  )
}
