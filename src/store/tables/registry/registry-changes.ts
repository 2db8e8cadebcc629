import type { SQLOutputValue } from 'node:sqlite'
import { anyObject, readJson } from '../../read-json.ts'
import type { StoreDatabase } from '../../store-database.ts'

/** One line of the history of a model. */
export interface RegistryChange {
  /** Position among all changes; ascending, never used again. */
  readonly seq: number
  readonly model: string
  readonly action: string
  readonly version: string
  readonly reason: string
  readonly who: string
  readonly atMs: number
  readonly details: Readonly<Record<string, unknown>>
}

/** The table of what was done to models. Rows are only ever added. */
export interface RegistryChanges {
  add(change: Omit<RegistryChange, 'seq'>): void
  /** The oldest first. */
  of(model: string): RegistryChange[]
  /** A number that changes when another connection has written. */
  writtenVersion(): number
}

export function createRegistryChanges(database: StoreDatabase): RegistryChanges {
  const insert = database.prepare(
    'INSERT INTO change (model, action, version, reason, who, at_ms, details) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const ofModel = database.prepare('SELECT * FROM change WHERE model = ? ORDER BY seq')
  const written = database.prepare('PRAGMA data_version')
  return {
    add({ model, action, version, reason, who, atMs, details }) {
      insert.run(model, action, version, reason, who, atMs, JSON.stringify(details))
    },
    of: (model) => ofModel.all(model).map(toChange),
    writtenVersion: () => Number(written.get()?.data_version),
  }
}

const toChange = (row: Record<string, SQLOutputValue>): RegistryChange => ({
  seq: Number(row.seq),
  model: String(row.model),
  action: String(row.action),
  version: String(row.version),
  reason: String(row.reason),
  who: String(row.who),
  atMs: Number(row.at_ms),
  details: readJson(row.details, anyObject) ?? {},
})
