import { existsSync } from 'node:fs'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../src/core/errors.ts'
import { parseJson } from '../../../src/core/text/parse-json.ts'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'
import type { Prediction } from '../../../src/train/evaluate/prediction.ts'
import { splitByGroup, splitSides } from '../../../src/train/evaluate/split-by-group.ts'
import { storedPrediction } from '../../../src/train/evaluate/stored-prediction.ts'
import type { LearnJob } from '../job.ts'

/** With so many clips, validation says enough by itself. */
const enoughClips = 20

/**
 * The footage that is learned from, in parts that share no group; none where validation says enough, or where there are
 * too few groups. Each part is judged by a model that learned from the others. Ways to learn are compared by them, however
 * much there is for validation.
 */
export function foldsOf(
  job: Pick<LearnJob, 'learning' | 'split' | 'backbone' | 'compared'>,
): LabelledVideo[][] {
  const { learning, split, backbone } = job
  const items = [...split.train, ...split.validation]
  const groups = new Set(items.map(({ group }) => group)).size
  const count = Math.min(learning.folds, groups)
  // To teach a whole imported graph several times would take too long.
  const isWhole = backbone !== null && learning.freeze !== 'backbone'
  const isEnough = split.validation.length >= enoughClips && !job.compared
  if (isWhole || isEnough || count < 2) return []
  const share = 1 / count
  const shares = { train: share, validation: share, test: count > 2 ? share : 0 }
  const parts = splitByGroup({ items, shares, seed: learning.seed }).split
  return splitSides.map((side) => [...parts[side]]).filter((part) => part.length > 0)
}

const unseenFile = 'unseen.json'

/** What was said of clips by models that did not learn from them, by the names of labels. */
const unseenSchema = z.object({
  labels: z.array(z.string()),
  predictions: z.array(storedPrediction),
})
type Unseen = z.infer<typeof unseenSchema>

export async function writeUnseen(dir: string, labels: readonly string[], said: readonly Prediction[]) {
  const predictions = said.map(({ probabilities, peaks, ...rest }) => ({
    ...rest,
    probabilities: [...probabilities],
    ...(peaks && { peaks: [...peaks] }),
  }))
  await writeFile(
    join(dir, unseenFile),
    `${JSON.stringify({ labels: [...labels], predictions } satisfies Unseen)}\n`,
  )
}

/**
 * What is kept in a folder, with scores in the order of these labels; null where nothing is. A label that was not known
 * then has the score 0; what a clip shows is said by whoever asks.
 */
export async function readUnseen(dir: string, labels: readonly string[]): Promise<Prediction[] | null> {
  const file = join(dir, unseenFile)
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const unseen = parseJson(text, unseenSchema, (reason) => new AppError('TRAIN_DATA', `${file}: ${reason}`))
  const columns = labels.map((label) => unseen.labels.indexOf(label))
  const ordered = (values: readonly (number | null)[]) =>
    Float32Array.from(columns, (column) => values[column] ?? 0)
  return unseen.predictions.map(({ probabilities, peaks, truth, ...rest }) => ({
    ...rest,
    truth: labels.indexOf(unseen.labels[truth] ?? ''),
    probabilities: ordered(probabilities),
    ...(peaks && { peaks: ordered(peaks) }),
  }))
}

export const unseenFileName = unseenFile

/** Takes over what a comparison of ways to learn has judged already. */
export async function takeCrossed({ crossed, run }: Pick<LearnJob, 'crossed' | 'run'>): Promise<boolean> {
  if (crossed === undefined || !existsSync(crossed)) return false
  await copyFile(crossed, join(run.dir, unseenFile))
  return true
}
