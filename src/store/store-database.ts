import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementResultingChanges,
} from 'node:sqlite'
import { type StoreSubject, toStoreError } from './store-error.ts'

export type StoreRow = Record<string, SQLOutputValue>

export interface StoreStatement {
  get(...values: SQLInputValue[]): StoreRow | undefined
  all(...values: SQLInputValue[]): StoreRow[]
  run(...values: SQLInputValue[]): StatementResultingChanges
}

/** A database of SQLite whose every error is an AppError with a STORE_ code. */
export interface StoreDatabase {
  readonly subject: StoreSubject
  readonly isOpen: boolean
  readonly isTransaction: boolean
  prepare(sql: string): StoreStatement
  exec(sql: string): void
  /** Asked before each write; throws when the file is not the one any more that was opened. */
  guard?: () => void
  close(): void
}

/** @throws AppError as `toStoreError` says */
export function connectDatabase(
  subject: StoreSubject,
  options: { readOnly: boolean; timeoutMs: number },
): StoreDatabase {
  const coded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (thrown) {
      throw toStoreError(thrown, subject)
    }
  }
  const { readOnly, timeoutMs } = options
  const database = coded(() => new DatabaseSync(subject.file, { readOnly, timeout: timeoutMs }))
  return {
    subject,
    get isOpen() {
      return database.isOpen
    },
    get isTransaction() {
      return database.isOpen && database.isTransaction
    },
    prepare(sql) {
      const statement = coded(() => database.prepare(sql))
      return {
        get: (...values) => coded(() => statement.get(...values)),
        all: (...values) => coded(() => statement.all(...values)),
        run: (...values) => coded(() => statement.run(...values)),
      }
    },
    exec: (sql) => coded(() => database.exec(sql)),
    close: () => database.close(),
  }
}

/**
 * Runs `work` in one transaction, alone among all processes; a failure undoes all of it.
 *
 * @throws AppError STORE_WRITE when the database cannot write now, STORE_DAMAGED when it never will, STORE_GONE when it
 *   is not there any more, or the subject's code for values that it does not take
 */
export function transaction<T>(database: StoreDatabase, work: () => T): T {
  try {
    database.guard?.()
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (thrown) {
    undo(database)
    throw toStoreError(thrown, database.subject)
  }
}

/** A database that is damaged may fail here, too: what came first is what is told. */
function undo(database: StoreDatabase): void {
  try {
    if (database.isTransaction) database.exec('ROLLBACK')
  } catch {
    // The first error is thrown.
  }
}
