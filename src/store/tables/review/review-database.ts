import { join } from 'node:path'
import { dataFiles } from '../../../core/data-dir.ts'
import { openDatabase } from '../../open-database.ts'
import type { StoreDatabase } from '../../store-database.ts'

export const reviewFile = dataFiles.reviews

/** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released. */
export const reviewMigrations: readonly string[] = [
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
  // The verdict that holds is kept with the clip, as currentFact finds it: what nobody took back, the latest.
  `CREATE VIEW holding AS SELECT item.id, coalesce((SELECT verdict FROM fact WHERE item = item.id AND verdict <> 'undo'
       AND NOT EXISTS (SELECT 1 FROM fact AS later WHERE later.undoes = fact.seq) ORDER BY seq DESC LIMIT 1), 'skip')
     AS verdict FROM item;
   ALTER TABLE item ADD COLUMN verdict TEXT NOT NULL DEFAULT 'skip';
   UPDATE item SET verdict = (SELECT holding.verdict FROM holding WHERE holding.id = item.id);
   CREATE TRIGGER fact_holds AFTER INSERT ON fact BEGIN
     UPDATE item SET verdict = (SELECT holding.verdict FROM holding WHERE holding.id = NEW.item) WHERE id = NEW.item;
   END;
   DROP INDEX item_recent;
   CREATE INDEX item_listed ON item (started_ms, id, camera, reason, label, verdict, removed_reason, said_from_ms);`,
  // The fact that holds is kept with its verdict, so that what everybody said can be counted; and what was said of many
  // clips at once can be taken back at once.
  `ALTER TABLE fact ADD COLUMN bulk TEXT;
   CREATE INDEX fact_bulk ON fact (bulk) WHERE bulk IS NOT NULL;
   DROP TRIGGER fact_holds;
   DROP VIEW holding;
   CREATE VIEW holding AS SELECT item.id, (SELECT seq FROM fact WHERE item = item.id AND verdict <> 'undo'
       AND NOT EXISTS (SELECT 1 FROM fact AS later WHERE later.undoes = fact.seq) ORDER BY seq DESC LIMIT 1)
     AS seq FROM item;
   ALTER TABLE item ADD COLUMN held INTEGER;
   UPDATE item SET held = (SELECT holding.seq FROM holding WHERE holding.id = item.id)
     WHERE id IN (SELECT item FROM fact);
   CREATE INDEX item_held ON item (held) WHERE held IS NOT NULL;
   CREATE TRIGGER fact_holds AFTER INSERT ON fact BEGIN
     UPDATE item SET held = (SELECT holding.seq FROM holding WHERE holding.id = NEW.item) WHERE id = NEW.item;
     UPDATE item SET verdict = coalesce((SELECT fact.verdict FROM fact WHERE fact.seq = item.held), 'skip')
       WHERE id = NEW.item;
   END;`,
]

/**
 * Opens the reviews of a data directory; makes them when they are not there. They are a database of their own, so
 * that a person can label while `vireo run` holds the other one.
 *
 * @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_VERSION
 */
export function openReviewDatabase(dataDir: string, options: { check?: boolean } = {}): StoreDatabase {
  const subject = { name: 'the reviews', file: join(dataDir, reviewFile), invalid: 'STORE_WRITE' } as const
  return openDatabase({ ...options, subject, migrations: reviewMigrations })
}
