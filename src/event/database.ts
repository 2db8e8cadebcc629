import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'

/** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released. */
const migrations: readonly string[] = [
  `CREATE TABLE outbox (
     position INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     channel TEXT NOT NULL,
     key TEXT NOT NULL,
     label TEXT,
     attributes TEXT NOT NULL,
     data TEXT NOT NULL,
     accepted_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX outbox_accepted ON outbox (accepted_ms);
   CREATE TABLE alert (
     id TEXT PRIMARY KEY,
     camera TEXT NOT NULL,
     label TEXT NOT NULL,
     rule TEXT NOT NULL,
     phase TEXT NOT NULL,
     seq INTEGER NOT NULL,
     score REAL NOT NULL,
     started_ms INTEGER NOT NULL,
     last_ms INTEGER NOT NULL,
     step TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX alert_recent ON alert (camera, label, started_ms);
   CREATE INDEX alert_open ON alert (phase) WHERE phase <> 'end';
   CREATE TABLE sink (
     name TEXT PRIMARY KEY,
     sent INTEGER NOT NULL,
     tried INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
]

export const databaseFile = 'vireo.db'

/**
 * Opens the database of a data directory: write-ahead log, and every commit is on disk before it returns.
 *
 * @throws AppError STORE_OPEN, STORE_VERSION
 */
export function openDatabase(dataDir: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  const { readOnly = false } = options
  let database: DatabaseSync
  try {
    if (!readOnly) mkdirSync(dataDir, { recursive: true })
    database = new DatabaseSync(join(dataDir, databaseFile), { readOnly, timeout: 5000 })
    if (readOnly) return database
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  } catch (cause) {
    throw new AppError(
      'STORE_OPEN',
      `dataDir ${dataDir}: the database cannot be opened (${(cause as Error).message})`,
      { cause, details: { dataDir } },
    )
  }
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > migrations.length) {
    database.close()
    throw new AppError(
      'STORE_VERSION',
      `dataDir ${dataDir}: the database has version ${version}, this Vireo knows ${migrations.length}`,
    )
  }
  for (let from = version; from < migrations.length; from += 1)
    transaction(database, () => database.exec(`${migrations[from]}; PRAGMA user_version = ${from + 1}`))
  return database
}

/** Runs `work` in one transaction; a failure undoes all of it. @throws AppError STORE_WRITE */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (thrown) {
    if (database.isTransaction) database.exec('ROLLBACK')
    if (thrown instanceof AppError) throw thrown
    throw new AppError('STORE_WRITE', `the database refuses to write: ${(thrown as Error).message}`, {
      cause: thrown,
    })
  }
}
