import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { AppError } from '../../../core/errors.ts'

const section = z.record(z.string(), z.unknown()).optional()
/** What options are put into; the plan as a whole is checked where the run is opened. */
const planFileSchema = z.looseObject({ pretrain: section, finetune: section }).nullable()

/** The fields of a plan file; none of an empty one. @throws AppError TRAIN_PLAN */
export async function readPlanFile(file: string): Promise<NonNullable<z.infer<typeof planFileSchema>>> {
  try {
    return planFileSchema.parse(parse(await readFile(file, 'utf8'))) ?? {}
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? 'must hold fields of the section learning' : reasonOf(cause)
    throw new AppError('TRAIN_PLAN', `${file}: ${problem}`, { cause })
  }
}

/** The first line: what follows shows the place in the text. */
const reasonOf = (cause: unknown) => (cause as Error).message.split('\n')[0]!.replace(/:$/, '')
