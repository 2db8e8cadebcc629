import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'

export const reviewFile = 'review.db'

/** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released. */
const migrations: readonly string[] = [
  `CREATE TABLE item (
     id TEXT PRIMARY KEY,
     reason TEXT NOT NULL,
     camera TEXT NOT NULL,
     path TEXT NOT NULL,
     sha256 TEXT NOT NULL,
     started_ms INTEGER NOT NULL,
     duration_ms INTEGER NOT NULL,
     label TEXT,
     score REAL,
     model_version TEXT,
     added_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX item_recent ON item (started_ms);
   CREATE TABLE fact (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     item TEXT NOT NULL REFERENCES item (id),
     verdict TEXT NOT NULL,
     labels TEXT NOT NULL,
     start_ms INTEGER,
     end_ms INTEGER,
     undoes INTEGER UNIQUE REFERENCES fact (seq),
     who TEXT NOT NULL,
     at_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX fact_item ON fact (item, seq);
   CREATE TRIGGER fact_stays BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END;
   CREATE TRIGGER fact_kept BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'facts are never removed'); END;`,
  `ALTER TABLE item ADD COLUMN explanation TEXT;
   ALTER TABLE item ADD COLUMN removed_reason TEXT;`,
  `ALTER TABLE item ADD COLUMN said_from_ms INTEGER;
   ALTER TABLE item ADD COLUMN said_to_ms INTEGER;`,
]

/** A person and a running system write at the same time: a statement waits this long for the other. */
const busyTimeoutMs = 5000

/**
 * Opens the reviews of a data directory; makes them when they are not there. They are a database of their own, so
 * that a person can label while `vireo run` holds the other one.
 *
 * @throws AppError STORE_OPEN, STORE_VERSION
 */
export function openReviewDatabase(dataDir: string): DatabaseSync {
  let database: DatabaseSync | null = null
  try {
    mkdirSync(dataDir, { recursive: true })
    database = new DatabaseSync(join(dataDir, reviewFile), { timeout: busyTimeoutMs })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    migrate(database)
    const version = versionOf(database)
    if (version > migrations.length)
      throw new AppError(
        'STORE_VERSION',
        `dataDir ${dataDir}: the reviews have version ${version}, this Vireo knows ${migrations.length}`,
      )
    return database
  } catch (cause) {
    database?.close()
    if (cause instanceof AppError) throw cause
    const why = (cause as Error).message
    throw new AppError('STORE_OPEN', `dataDir ${dataDir}: the reviews cannot be opened (${why})`, { cause })
  }
}

const versionOf = (database: DatabaseSync) =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version)

function migrate(database: DatabaseSync): void {
  if (versionOf(database) >= migrations.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    // Asked again: another process may have done it while this one waited.
    for (let from = versionOf(database); from < migrations.length; from += 1)
      database.exec(`${migrations[from]}; PRAGMA user_version = ${from + 1}`)
    database.exec('COMMIT')
  } catch (thrown) {
    database.exec('ROLLBACK')
    throw thrown
  }
}
