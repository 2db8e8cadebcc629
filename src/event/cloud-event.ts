import { createHash } from 'node:crypto'
import type { AlertStep } from '../core/alert.ts'
import type { CameraStatus } from '../core/camera-status.ts'
import type { EventChannel } from '../core/events.ts'

/** An event before it has a place in the outbox. */
export interface NewEvent {
  readonly id: string
  readonly channel: EventChannel
  readonly key: string
  readonly label: string | null
  /** CloudEvents 1.0 context attributes, all as text. */
  readonly attributes: Readonly<Record<string, string>>
  readonly dataJson: string
}

/**
 * A step of an alert as a CloudEvent. Its id depends only on the alert and the step, so that a consumer that sees
 * it twice (delivery is at least once) can tell.
 */
export function alertEvent(step: AlertStep, source: string): NewEvent {
  const { causeMonoMs: _private, startedMs, lastMs, ...data } = step
  const dataJson = JSON.stringify({ ...data, startedAt: iso(startedMs), lastAt: iso(lastMs) })
  return event({
    idParts: ['alert', step.alertId, step.phase, step.seq],
    channel: 'alerts',
    type: `vireo.alert.${step.phase}.v1`,
    schema: 'alert',
    label: step.label,
    cameraId: step.cameraId,
    timeMs: lastMs,
    source,
    dataJson,
  })
}

export function cameraStatusEvent(status: CameraStatus, source: string): NewEvent {
  const { sinceMs, ...data } = status
  return event({
    idParts: [
      ...['camera-status', source, status.cameraId, status.state, status.code, status.epoch],
      ...[status.picture, sinceMs],
    ],
    channel: 'camera-status',
    type: 'vireo.camera.status.v1',
    schema: 'camera-status',
    label: null,
    cameraId: status.cameraId,
    timeMs: sinceMs,
    source,
    dataJson: JSON.stringify({ ...data, since: iso(sinceMs) }),
  })
}

function event(parts: {
  idParts: readonly unknown[]
  channel: EventChannel
  type: string
  schema: string
  label: string | null
  cameraId: string
  timeMs: number
  source: string
  dataJson: string
}): NewEvent {
  const id = createHash('sha256').update(JSON.stringify(parts.idParts)).digest('hex').slice(0, 32)
  return {
    id,
    channel: parts.channel,
    key: parts.cameraId,
    label: parts.label,
    attributes: {
      specversion: '1.0',
      id,
      source: parts.source,
      type: parts.type,
      subject: parts.cameraId,
      time: iso(parts.timeMs),
      datacontenttype: 'application/json',
      dataschema: `urn:vireo:schema:${parts.schema}:v1`,
    },
    dataJson: parts.dataJson,
  }
}

const iso = (ms: number) => new Date(ms).toISOString()

/** The event as one JSON object (CloudEvents JSON format, "structured mode"). */
export function structuredEvent(event: {
  readonly attributes: Readonly<Record<string, string>>
  readonly dataJson: string
}): string {
  return JSON.stringify({ ...event.attributes, data: JSON.parse(event.dataJson) })
}
