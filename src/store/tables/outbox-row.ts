import type { SQLOutputValue } from 'node:sqlite'
import { z } from 'zod'
import type { EventChannel, OutboxEvent } from '../../core/events.ts'
import { anyObject, readJson } from '../read-json.ts'

export type OutboxRow = Record<string, SQLOutputValue>

/** Attributes of a CloudEvent. */
export const attributesSchema = z.record(z.string(), z.string())
type Attributes = z.infer<typeof attributesSchema>

/**
 * An event whose attributes and data can be read; null for another.
 *
 * @param triedPosition events up to it were handed to the publisher before
 */
export function readOutboxEvent(row: OutboxRow, triedPosition: number): OutboxEvent | null {
  const attributes = readJson(row.attributes, attributesSchema)
  return attributes && readJson(row.data, anyObject) ? eventOf(row, attributes, triedPosition) : null
}

/** The same of a row that was written just now, or was read before. */
export function toOutboxEvent(row: OutboxRow, triedPosition: number): OutboxEvent {
  return eventOf(row, JSON.parse(String(row.attributes)), triedPosition)
}

function eventOf(row: OutboxRow, attributes: Attributes, triedPosition: number): OutboxEvent {
  const position = Number(row.position)
  return {
    position,
    id: String(row.id),
    channel: String(row.channel) as EventChannel,
    key: String(row.key),
    attributes,
    dataJson: String(row.data),
    acceptedMs: Number(row.accepted_ms),
    attempts: position <= triedPosition ? 1 : 0,
  }
}
