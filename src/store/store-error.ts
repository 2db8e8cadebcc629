import { AppError, type ErrorCode } from '../core/errors.ts'

/** The database that an error is about. */
export interface StoreSubject {
  /** What is in it, for messages: `the database`, `the reviews`. */
  readonly name: string
  readonly file: string
  /** The code for values that it never takes. */
  readonly invalid: Extract<ErrorCode, 'EVENT_INVALID' | 'STORE_WRITE'>
}

const sqlite = {
  error: 1,
  busy: 5,
  locked: 6,
  corrupt: 11,
  cannotOpen: 14,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  range: 25,
  notADatabase: 26,
} as const
/** Extended codes of SQLITE_IOERR that say that the file itself is broken: cut short, or bad by its file system. */
const brokenFile = new Set([522, 8458])
const damaged = new Set<number>([sqlite.error, sqlite.corrupt, sqlite.notADatabase])
const aboutValues = new Set<number>([sqlite.tooBig, sqlite.constraint, sqlite.mismatch, sqlite.range])

/**
 * What SQLite or its driver threw, with a code: STORE_DAMAGED for contents that no second try mends (a table that is
 * missing counts, too), STORE_OPEN for a file that cannot be had, STORE_WRITE for a disk that may take it later.
 */
export function toStoreError(thrown: unknown, { name, file, invalid }: StoreSubject): AppError {
  if (thrown instanceof AppError) return thrown
  const { code, errcode = 0, message } = thrown as { code?: string; errcode?: number; message: string }
  const fail = (errorCode: ErrorCode, text: string) =>
    new AppError(errorCode, text, { cause: thrown, details: { file } })
  const plain = code === 'ERR_SQLITE_ERROR' ? errcode & 0xff : 0
  if (damaged.has(plain) || brokenFile.has(errcode)) return fail('STORE_DAMAGED', damagedText(file, message))
  if (plain === sqlite.cannotOpen) return fail('STORE_OPEN', `${file} cannot be opened (${message})`)
  if (plain === sqlite.busy || plain === sqlite.locked)
    return fail('STORE_WRITE', `${name} cannot be written: another process holds ${file} (${message})`)
  if (aboutValues.has(plain) || code === 'ERR_INVALID_ARG_TYPE' || thrown instanceof RangeError)
    return fail(invalid, `${name} does not take the values: ${message}`)
  return fail('STORE_WRITE', `${name} refuses to write: ${message}`)
}

export const damagedText = (file: string, why: string) =>
  `${file} is damaged (${why}). Stop Vireo and put the backup in its place; without a backup move the file away, ` +
  'and keep it: Vireo then begins a new one'
