import { join } from 'node:path'
import { dataFiles } from '../../../core/data-dir.ts'
import { openDatabase } from '../../open-database.ts'
import type { StoreDatabase } from '../../store-database.ts'

/** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released. */
export const accessMigrations: readonly string[] = [
  `CREATE TABLE user (
     name TEXT PRIMARY KEY,
     role TEXT NOT NULL,
     cameras TEXT,
     password TEXT NOT NULL,
     origin TEXT NOT NULL,
     preferences TEXT NOT NULL DEFAULT '{}',
     created_ms INTEGER NOT NULL,
     password_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE session (
     secret TEXT PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,
     created_ms INTEGER NOT NULL,
     used_ms INTEGER NOT NULL,
     address TEXT NOT NULL,
     agent TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX session_user ON session (user, used_ms);
   CREATE TABLE token (
     secret TEXT PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL UNIQUE,
     role TEXT NOT NULL,
     cameras TEXT,
     created_ms INTEGER NOT NULL,
     created_by TEXT NOT NULL,
     expires_ms INTEGER,
     used_ms INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE audit (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     at_ms INTEGER NOT NULL,
     who TEXT NOT NULL,
     via TEXT NOT NULL,
     address TEXT NOT NULL,
     action TEXT NOT NULL,
     object TEXT NOT NULL,
     result TEXT NOT NULL
   ) STRICT;
   CREATE INDEX audit_at ON audit (at_ms);
   CREATE INDEX audit_who ON audit (who, seq);`,
]

/**
 * Opens who may do what in a data directory; makes it when it is not there. It is a database of its own, so that
 * `vireo user` works beside a running `vireo run`. Passwords, sessions and tokens are in it as hashes only.
 *
 * @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_VERSION
 */
export function openAccessDatabase(dataDir: string, options: { check?: boolean } = {}): StoreDatabase {
  const file = join(dataDir, dataFiles.access)
  const subject = { name: 'the users', file, invalid: 'STORE_WRITE' } as const
  return openDatabase({ ...options, subject, migrations: accessMigrations })
}
