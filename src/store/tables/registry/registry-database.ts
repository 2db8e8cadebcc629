import { join } from 'node:path'
import { openDatabase } from '../../open-database.ts'
import type { StoreDatabase } from '../../store-database.ts'

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

export const registryFile = 'registry.db'

/**
 * The registry's own small database. SQLite's lock keeps processes apart; every commit is on disk before it returns.
 *
 * @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_VERSION
 */
export function openRegistryDatabase(dir: string, options: { check?: boolean } = {}): StoreDatabase {
  const subject = { name: 'the registry', file: join(dir, registryFile), invalid: 'STORE_WRITE' } as const
  return openDatabase({ ...options, subject, migrations })
}
