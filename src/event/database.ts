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
   CREATE INDEX alert_ended ON alert (last_ms) WHERE phase = 'end';
   CREATE TABLE sink (
     name TEXT PRIMARY KEY,
     sent INTEGER NOT NULL,
     tried INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE dead_letter (
     sink TEXT NOT NULL,
     id TEXT NOT NULL,
     channel TEXT NOT NULL,
     key TEXT NOT NULL,
     attributes TEXT NOT NULL,
     data TEXT NOT NULL,
     reason TEXT NOT NULL,
     set_aside_ms INTEGER NOT NULL,
     PRIMARY KEY (sink, id)
   ) STRICT;
   CREATE TABLE clip (
     alert TEXT PRIMARY KEY,
     camera TEXT NOT NULL,
     path TEXT NOT NULL,
     sha256 TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     epoch INTEGER NOT NULL,
     first_pts_us INTEGER NOT NULL,
     duration_ms INTEGER NOT NULL,
     pre_roll_ms INTEGER NOT NULL,
     started_ms INTEGER NOT NULL,
     end_reason TEXT,
     reviewed_ms INTEGER,
     removed_ms INTEGER,
     removed_reason TEXT
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX clip_recent ON clip (camera, started_ms);`,
  `CREATE INDEX alert_started ON alert (started_ms);
   CREATE INDEX clip_started ON clip (started_ms);`,
  // A clip of a sample has the id of the sample in the column `alert`.
  `CREATE TABLE sample (
     id TEXT PRIMARY KEY,
     camera TEXT NOT NULL,
     reason TEXT NOT NULL,
     label TEXT,
     score REAL,
     last_ms INTEGER NOT NULL,
     sample TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX sample_recent ON sample (camera, last_ms);`,
  `CREATE TABLE segment_tier (
     name TEXT PRIMARY KEY,
     camera TEXT NOT NULL,
     started_ms INTEGER NOT NULL,
     state TEXT NOT NULL,
     kept TEXT,
     note TEXT,
     bytes_before INTEGER,
     bytes_after INTEGER,
     ssim REAL,
     psnr_db REAL,
     vmaf REAL,
     sha256_before TEXT,
     sha256_after TEXT,
     plan TEXT,
     took_ms INTEGER NOT NULL,
     decided_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX segment_tier_camera ON segment_tier (camera, state, kept);
   CREATE INDEX segment_tier_under_way ON segment_tier (state) WHERE state = 'replacing';`,
]

export const databaseFile = 'vireo.db'

/**
 * Opens the database of a data directory: write-ahead log, and every commit is on disk before it returns. A writer
 * brings it to the newest version, a reader only when it is older than that.
 *
 * @throws AppError STORE_OPEN, STORE_VERSION, STORE_WRITE (a migration that fails, undone)
 */
export function openDatabase(dataDir: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  const { readOnly = false } = options
  let database: DatabaseSync | null = null
  try {
    if (!readOnly) mkdirSync(dataDir, { recursive: true })
    database = new DatabaseSync(join(dataDir, databaseFile), { readOnly, timeout: busyTimeoutMs })
    if (!readOnly) prepareForWriting(database)
    const version = versionOf(database)
    if (version > migrations.length)
      throw new AppError(
        'STORE_VERSION',
        `dataDir ${dataDir}: the database has version ${version}, this Vireo knows ${migrations.length}`,
      )
    if (readOnly && version === 0) throw new Error('it is still empty')
    if (readOnly && version < migrations.length) {
      database.close()
      openDatabase(dataDir).close()
      return openDatabase(dataDir, options)
    }
    if (!readOnly) migrate(database, version)
    return database
  } catch (cause) {
    if (database?.isOpen) database.close()
    if (cause instanceof AppError) throw cause
    throw new AppError(
      'STORE_OPEN',
      `dataDir ${dataDir}: the database cannot be opened (${(cause as Error).message})`,
      { cause, details: { dataDir } },
    )
  }
}

const versionOf = (database: DatabaseSync) =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version)

/** How long a statement waits for another process that writes, for example a backup. */
const busyTimeoutMs = 5000

function prepareForWriting(database: DatabaseSync): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
  if (mode !== 'wal')
    throw new Error(`its file system allows no write-ahead log (journal mode ${mode}); use a local disk`)
  database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
}

function migrate(database: DatabaseSync, version: number): void {
  for (let from = version; from < migrations.length; from += 1)
    transaction(database, () => {
      // Another process may have done it while this one waited.
      if (versionOf(database) > from) return
      database.exec(`${migrations[from]}; PRAGMA user_version = ${from + 1}`)
    })
}

/**
 * Runs `work` in one transaction; a failure undoes all of it.
 *
 * @throws AppError STORE_WRITE when the database cannot write now, EVENT_INVALID when it never will take the values
 */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (thrown) {
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
    if (thrown instanceof AppError) throw thrown
    const message = (thrown as Error).message
    if (isAboutValues(thrown))
      throw new AppError('EVENT_INVALID', `the database does not take the values: ${message}`, {
        cause: thrown,
      })
    throw new AppError('STORE_WRITE', `the database refuses to write: ${message}`, { cause: thrown })
  }
}

const sqliteConstraint = 19

/** Whether the same values would be refused again: a constraint, or something that is no SQL or date value. */
function isAboutValues(thrown: unknown): boolean {
  const { code, errcode = 0 } = thrown as { code?: string; errcode?: number }
  const constraint = code === 'ERR_SQLITE_ERROR' && (errcode & 0xff) === sqliteConstraint
  return constraint || code === 'ERR_INVALID_ARG_TYPE' || thrown instanceof RangeError
}
