import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'

/** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released. */
const migrations: readonly string[] = [
  `CREATE TABLE change (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     model TEXT NOT NULL,
     action TEXT NOT NULL,
     version TEXT NOT NULL,
     reason TEXT NOT NULL,
     who TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     details TEXT NOT NULL
   ) STRICT;
   CREATE INDEX change_model ON change (model, seq);
   CREATE TABLE attendant (
     model TEXT NOT NULL,
     pid INTEGER NOT NULL,
     started TEXT,
     since_ms INTEGER NOT NULL,
     PRIMARY KEY (model, pid)
   ) STRICT;
   CREATE TABLE disagreement (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     model TEXT NOT NULL,
     camera TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX disagreement_recent ON disagreement (model, at_ms);`,
]

const busyTimeoutMs = 5000

/**
 * The registry's own small database. SQLite's lock keeps processes apart; every commit is on disk before it returns.
 *
 * @throws AppError STORE_OPEN, STORE_VERSION
 */
export function openRegistryDatabase(dir: string): DatabaseSync {
  let database: DatabaseSync | null = null
  try {
    mkdirSync(dir, { recursive: true })
    database = new DatabaseSync(join(dir, 'registry.db'), { timeout: busyTimeoutMs })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    if (versionOf(database) < migrations.length) migrate(database)
    const version = versionOf(database)
    if (version > migrations.length)
      throw new AppError(
        'STORE_VERSION',
        `${dir}: the registry has version ${version}, this Vireo knows ${migrations.length}`,
      )
    return database
  } catch (cause) {
    database?.close()
    if (cause instanceof AppError) throw cause
    throw new AppError('STORE_OPEN', `${dir}: the registry cannot be opened (${(cause as Error).message})`, {
      cause,
    })
  }
}

/** Runs `work` alone among all processes; a failure undoes all of it. @throws AppError STORE_WRITE */
export function exclusively<T>(database: DatabaseSync, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (thrown) {
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
    if (thrown instanceof AppError) throw thrown
    throw new AppError('STORE_WRITE', `the registry cannot be written: ${(thrown as Error).message}`, {
      cause: thrown,
    })
  }
}

function migrate(database: DatabaseSync): void {
  exclusively(database, () => {
    // Asked again inside the lock: another process may have been first.
    for (let from = versionOf(database); from < migrations.length; from += 1)
      database.exec(`${migrations[from]}; PRAGMA user_version = ${from + 1}`)
  })
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}
