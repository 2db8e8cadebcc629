import { join } from 'node:path'
import { dataFiles } from '../../core/data-dir.ts'
import { openDatabase as openAny } from '../open-database.ts'
import type { StoreDatabase } from '../store-database.ts'

/** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released. */
export const eventMigrations: readonly string[] = [
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
  // One index answers every filter of a list; what such a filter asks of another table is kept with the row.
  `ALTER TABLE alert ADD COLUMN severity TEXT;
   ALTER TABLE alert ADD COLUMN zone TEXT;
   ALTER TABLE alert ADD COLUMN reviewed INTEGER NOT NULL DEFAULT 0;
   UPDATE alert SET severity = step ->> '$.severity', zone = step ->> '$.zone' WHERE json_valid(step);
   UPDATE alert SET reviewed = 1 WHERE id IN (SELECT alert FROM clip WHERE reviewed_ms IS NOT NULL);
   CREATE TRIGGER clip_reviewed AFTER UPDATE OF reviewed_ms ON clip BEGIN
     UPDATE alert SET reviewed = NEW.reviewed_ms IS NOT NULL WHERE id = NEW.alert;
   END;
   DROP INDEX alert_started;
   CREATE INDEX alert_listed ON alert (started_ms, id, camera, label, rule, severity, zone, phase, reviewed);
   ALTER TABLE clip ADD COLUMN label TEXT;
   ALTER TABLE clip ADD COLUMN sampled INTEGER NOT NULL DEFAULT 0;
   UPDATE clip SET label = (SELECT label FROM alert WHERE id = clip.alert) WHERE alert IN (SELECT id FROM alert);
   UPDATE clip SET sampled = 1, label = coalesce(label, (SELECT label FROM sample WHERE id = clip.alert))
     WHERE alert IN (SELECT id FROM sample);
   CREATE TRIGGER clip_added AFTER INSERT ON clip BEGIN
     UPDATE clip SET sampled = EXISTS (SELECT 1 FROM sample WHERE id = NEW.alert),
       label = coalesce((SELECT label FROM alert WHERE id = NEW.alert), (SELECT label FROM sample WHERE id = NEW.alert))
     WHERE alert = NEW.alert;
   END;
   DROP INDEX clip_started;
   CREATE INDEX clip_listed ON clip (started_ms, alert, camera, label, sampled, removed_reason);
   CREATE INDEX dead_letter_listed ON dead_letter (set_aside_ms);`,
]

export const databaseFile = dataFiles.events

/**
 * Opens the database of events of a data directory.
 *
 * @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_VERSION, STORE_WRITE (a migration that fails, undone)
 */
export function openDatabase(
  dataDir: string,
  options: { readOnly?: boolean; mustExist?: boolean; check?: boolean } = {},
): StoreDatabase {
  const subject = {
    name: 'the database',
    file: join(dataDir, databaseFile),
    invalid: 'EVENT_INVALID',
  } as const
  return openAny({ ...options, subject, migrations: eventMigrations })
}
