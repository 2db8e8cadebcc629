import { AppError } from './errors.ts'

/** Where a list that is sorted by time and id, the newest first, goes on. */
export interface PagePosition {
  readonly startedMs: number
  readonly id: string
}

/** After every possible row: where a list begins. */
export const firstPage: PagePosition = { startedMs: Number.MAX_SAFE_INTEGER, id: '' }

/** Opaque to those who read the list. */
export function encodeCursor({ startedMs, id }: PagePosition): string {
  return Buffer.from(`${startedMs} ${id}`).toString('base64url')
}

/** @throws AppError API_BAD_REQUEST */
export function decodeCursor(cursor: string): PagePosition {
  const found = /^(\d{1,16}) ([\w-]{1,128})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!found) throw new AppError('API_BAD_REQUEST', 'cursor: give the one that came with the page before')
  return { startedMs: Number(found[1]), id: found[2]! }
}
