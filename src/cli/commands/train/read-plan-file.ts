import { existsSync } from 'node:fs'
import { z } from 'zod'
import { plainValue, readConfigText } from '../../../config/load.ts'
import { readYaml } from '../../../config/read-yaml.ts'
import { AppError, toAppError } from '../../../core/errors.ts'

const section = z.record(z.string(), z.unknown()).exactOptional()
/** What options are put into; the plan as a whole is checked where the run is opened. */
const planFileSchema = z.looseObject({ pretrain: section, finetune: section })

/** The fields of a plan file; none of an empty one. @throws AppError TRAIN_PLAN */
export function readPlanFile(file: string): z.infer<typeof planFileSchema> {
  const parsed = planFileSchema.safeParse(contentOf(file))
  if (parsed.success) return parsed.data
  throw new AppError('TRAIN_PLAN', `${file}: must hold fields of the section learning`)
}

/** It is read as a configuration is: a pipe, a device and what is no text are refused. */
function contentOf(file: string): unknown {
  if (!existsSync(file)) throw new AppError('TRAIN_PLAN', `${file}: there is no such file`)
  try {
    return plainValue(readYaml(readConfigText(file, null), file), file)
  } catch (thrown) {
    throw new AppError('TRAIN_PLAN', toAppError(thrown).message, { cause: thrown })
  }
}
