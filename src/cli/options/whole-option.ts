import { availableParallelism } from 'node:os'
import { AppError } from '../../core/errors.ts'

/** A count from the text of an option: a whole number above 0. @throws AppError API_BAD_REQUEST naming the option */
export function wholeOption(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new AppError('API_BAD_REQUEST', `${option} ${text}: give a whole number above 0`)
}

/**
 * The same where 0 has a meaning. Empty text is refused: `--keep "$N"` with N unset must not keep nothing.
 * @throws AppError API_BAD_REQUEST naming the option
 */
export function wholeOrZeroOption(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0) return value
  throw new AppError('API_BAD_REQUEST', `${option} ${text}: give a whole number, 0 or more`)
}

/** Threads of ONNX Runtime from `--threads`; all cores but one unless given. @throws AppError API_BAD_REQUEST */
export function threadsOption(text: string | undefined): number {
  return text === undefined ? Math.max(1, availableParallelism() - 1) : wholeOption('--threads', text)
}
