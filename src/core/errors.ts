import { errorTable } from './error-table.ts'
import type { ErrorClass } from './error-tables/error-class.ts'

export type ErrorCode = keyof typeof errorTable

/**
 * The one error type that crosses module borders. `message` is written for the operator: it names the field,
 * file or camera and what to do. Secrets never go into `message` or `details`.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly retry: boolean
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retry = errorTable[code].retry
    this.details = options.details ?? {}
  }
}

export function errorClass(code: ErrorCode): ErrorClass {
  return errorTable[code]
}

/** Whatever was thrown, as an AppError; anything unknown is a BUG_ error with the original as cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const { code, syscall, path } = (thrown ?? {}) as NodeJS.ErrnoException
  // What the system refuses about a file is no fault of the program.
  if (path !== undefined && syscall !== undefined && /^E[A-Z]+$/.test(code ?? ''))
    return new AppError('STORE_FILE', `${path}: ${syscall} is refused (${code}${meaning(code!)})`, {
      details: { file: path },
      cause: thrown,
    })
  return new AppError('BUG_UNEXPECTED', message, { cause: thrown })
}

const meanings: Readonly<Record<string, string>> = {
  EACCES: 'no right to do that',
  EPERM: 'no right to do that',
  EEXIST: 'a file has that name',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
  ENOTEMPTY: 'the folder is not empty',
}
const meaning = (code: string) => (meanings[code] === undefined ? '' : `: ${meanings[code]}`)
