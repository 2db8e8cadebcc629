import type { ErrorClass } from './error-class.ts'
import { errorTable } from './error-table.ts'

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
  return new AppError('BUG_UNEXPECTED', message, { cause: thrown })
}
