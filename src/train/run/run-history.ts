import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readJson } from '../../store/read-json.ts'
import { writeWhole } from '../../store/write-whole.ts'

/** What became of one epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number
  /** Steps done. */
  readonly step: number
  /** Mean over the epoch. */
  readonly trainLoss: number
  /** Of the weights that would be kept; null where nothing is validated. */
  readonly validationLoss: number | null
  readonly validationAccuracy: number | null
  readonly learningRate: number
  /** Mean length of the gradient before it was shortened. */
  readonly gradientNorm: number
  /** Share of the time in which training waited for data. */
  readonly idleShare: number
  readonly stepsPerS: number
  /** Whether it is the best so far. */
  readonly best: boolean
  /** In half precision: steps that were left out since the run began, and what the loss is scaled with now. */
  readonly skippedSteps?: number
  readonly lossScale?: number
}

export type HistoryLine =
  | {
      readonly type: 'step'
      readonly step: number
      readonly loss: number
      readonly norm: number
      readonly rate: number
    }
  | ({ readonly type: 'epoch' } & EpochRecord)
  | { readonly type: 'notice'; readonly step: number; readonly text: string }

export const historyFile = 'history.jsonl'

/** What tells one line from another. */
const toldApart = z.looseObject({ type: z.enum(['step', 'epoch', 'notice']), step: z.number() })
/** A line as it was written, the order of its fields too: a run that goes on leaves what is there as it is. */
const lineSchema = z.custom<HistoryLine>((value) => toldApart.safeParse(value).success)

/** The curve of a run as JSON lines in its folder, for reports; what comes after `step` is dropped first. */
export async function openHistory(
  runDir: string,
  step: number,
): Promise<{ write(line: HistoryLine): Promise<void> }> {
  const path = join(runDir, historyFile)
  const kept = (await readHistory(runDir)).filter((line) => line.step <= step)
  await writeWhole({ path, content: kept.map((line) => `${JSON.stringify(line)}\n`).join('') })
  return { write: (line) => appendFile(path, `${JSON.stringify(line)}\n`) }
}

/** The lines of a run's curve; a last line that was cut off by a crash is left out. */
export async function readHistory(runDir: string): Promise<HistoryLine[]> {
  const text = await readFile(join(runDir, historyFile), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw cause
  })
  return text.split('\n').flatMap((line) => readJson(line, lineSchema) ?? [])
}
