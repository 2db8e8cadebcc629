import type { SQLOutputValue } from 'node:sqlite'
import type { EventChannel, OutboxEvent } from '../../core/events.ts'
import { readJson } from '../read-json.ts'

export type OutboxRow = Record<string, SQLOutputValue>

/**
 * An event whose attributes and data can be read; null for another.
 *
 * @param triedPosition events up to it were handed to the publisher before
 */
export function readOutboxEvent(row: OutboxRow, triedPosition: number): OutboxEvent | null {
  return readJson(row.attributes) && readJson(row.data) ? toOutboxEvent(row, triedPosition) : null
}

/** @param triedPosition events up to it were handed to the publisher before. */
export function toOutboxEvent(row: OutboxRow, triedPosition: number): OutboxEvent {
  const position = Number(row.position)
  return {
    position,
    id: String(row.id),
    channel: String(row.channel) as EventChannel,
    key: String(row.key),
    attributes: JSON.parse(String(row.attributes)) as Record<string, string>,
    dataJson: String(row.data),
    acceptedMs: Number(row.accepted_ms),
    attempts: position <= triedPosition ? 1 : 0,
  }
}
