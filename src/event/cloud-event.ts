import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type { AlertStep } from '../core/alert.ts'
import type { CameraStatus } from '../core/camera-status.ts'
import { type EventChannel, mutedAttribute } from '../core/events.ts'
import type { RecordedClip, RemovalReason, UnavailableClip } from '../core/recorded-clip.ts'
import type { UnplacedEvent } from '../store/tables/outbox-table.ts'

/**
 * A step of an alert as a CloudEvent. Its id depends only on the alert and the step, so that a consumer that sees
 * it twice (delivery is at least once) can tell.
 */
export function alertEvent(step: AlertStep, source: string): UnplacedEvent {
  const made = event({
    idParts: ['alert', step.alertId, step.phase, step.seq],
    channel: 'alerts',
    type: `vireo.alert.${step.phase}.v1`,
    schema: 'alert',
    label: step.label,
    cameraId: step.cameraId,
    timeMs: step.lastMs,
    source,
    dataJson: JSON.stringify(alertData(step)),
  })
  return step.muted ? mutedEvent(made) : made
}

/** The same as nobody is sent it. */
export function mutedEvent(event: UnplacedEvent): UnplacedEvent {
  return { ...event, attributes: { ...event.attributes, ...mutedAttribute } }
}

/** A step as others see it: schema/alert.schema.json. */
export function alertData(step: AlertStep): Record<string, unknown> {
  const { causeMonoMs: _private, startedMs, lastMs, clipPath = null, ...data } = step
  return {
    ...data,
    clipUri: clipPath === null ? null : clipUri(clipPath),
    startedAt: iso(startedMs),
    lastAt: iso(lastMs),
  }
}

export function cameraStatusEvent(status: CameraStatus, source: string): UnplacedEvent {
  const { sinceMs, ...data } = status
  return event({
    idParts: [
      ...['camera-status', source, status.cameraId, status.state, status.code, status.epoch],
      // The reason, too: `connecting` may go on for another one, such as a keyframe that is waited for.
      ...[status.picture, status.reason, sinceMs],
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

/** A clip that is complete on the disk. */
export function clipEvent(clip: RecordedClip, source: string): UnplacedEvent {
  const { path, thumbnailPath, startedMs, reason = null, ...data } = clip
  return event({
    idParts: ['clip', clip.alertId, clip.sha256],
    channel: 'clips',
    type: 'vireo.clip.ready.v1',
    schema: 'clip',
    label: null,
    cameraId: clip.cameraId,
    timeMs: startedMs + clip.durationMs,
    source,
    dataJson: JSON.stringify({
      ...data,
      uri: clipUri(path),
      thumbnailUri: thumbnailPath === null ? null : clipUri(thumbnailPath),
      startedAt: iso(startedMs),
      endReason: reason,
    }),
  })
}

/** A clip that is no longer there. */
export function clipRemovedEvent(removed: RemovedClip, source: string): UnplacedEvent {
  const { alertId, cameraId, reason, atMs } = removed
  return event({
    idParts: ['clip-removed', alertId],
    channel: 'clips',
    type: 'vireo.clip.removed.v1',
    schema: 'clip-removed',
    label: null,
    cameraId,
    timeMs: atMs,
    source,
    dataJson: JSON.stringify({ alertId, cameraId, reason, removedAt: iso(atMs) }),
  })
}

/** A clip that an alert named and that will not come. */
export function clipUnavailableEvent(
  clip: UnavailableClip & { atMs: number },
  source: string,
): UnplacedEvent {
  const { alertId, cameraId, reason, atMs } = clip
  return event({
    idParts: ['clip-unavailable', alertId],
    channel: 'clips',
    type: 'vireo.clip.unavailable.v1',
    schema: 'clip-unavailable',
    label: null,
    cameraId,
    timeMs: atMs,
    source,
    dataJson: JSON.stringify({ alertId, cameraId, reason, knownAt: iso(atMs) }),
  })
}

export interface RemovedClip {
  readonly alertId: string
  readonly cameraId: string
  readonly reason: RemovalReason
  readonly atMs: number
}

const clipUri = (path: string) => pathToFileURL(path).href

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
}): UnplacedEvent {
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
