import type { OutboxEvent } from '../../core/events.ts'
import type { StoreDatabase } from '../store-database.ts'
import { toOutboxEvent } from './outbox-row.ts'

/** An event before it has a position. */
export interface UnplacedEvent extends Omit<OutboxEvent, 'position' | 'acceptedMs' | 'attempts'> {
  readonly label: string | null
}

/** The table of events that receivers still wait for, and of those that they took lately. */
export interface OutboxTable {
  /** Adds an event behind all others; one with an id that is there already stays as it is. */
  put(event: UnplacedEvent, acceptedMs: number): OutboxEvent
  /** JSON of the data of the latest event of an alert; null when there is none. */
  latestDataOfAlert(cameraId: string, alertId: string): unknown
  /** Removes events that were accepted before and lie at or before this position. Returns how many. */
  prune(beforeMs: number, position: number, most: number): number
}

export function createOutboxTable(database: StoreDatabase): OutboxTable {
  const insert = database.prepare(
    `INSERT INTO outbox (id, channel, key, label, attributes, data, accepted_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     RETURNING *`,
  )
  const byId = database.prepare('SELECT * FROM outbox WHERE id = ?')
  const latest = database.prepare(
    `SELECT data FROM outbox WHERE channel = 'alerts' AND key = ? AND
       CASE WHEN json_valid(data) THEN data ->> '$.alertId' END = ? ORDER BY position DESC LIMIT 1`,
  )
  const prune = database.prepare(
    `DELETE FROM outbox WHERE position IN
       (SELECT position FROM outbox WHERE accepted_ms < ? AND position <= ? LIMIT ?)`,
  )
  return {
    put(event, acceptedMs) {
      const { id, channel, key, label, attributes, dataJson } = event
      // Looked up first: an insert that is ignored would still use up a position.
      const row =
        byId.get(id) ?? insert.get(id, channel, key, label, JSON.stringify(attributes), dataJson, acceptedMs)
      return toOutboxEvent(row!, 0)
    },
    latestDataOfAlert: (cameraId, alertId) => latest.get(cameraId, alertId)?.data ?? null,
    prune: (beforeMs, position, most) => Number(prune.run(beforeMs, position, most).changes),
  }
}
