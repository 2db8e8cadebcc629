import { z } from 'zod'
import type { EventChannel, OutboxEvent } from '../../core/events.ts'
import { countDrop, type Telemetry } from '../../core/telemetry-port.ts'
import { readJson } from '../../store/read-json.ts'
import { structuredEvent } from '../cloud-event.ts'
import type { MqttMessage, MqttTopics } from './mqtt-topics.ts'

/** Turns events into messages, and knows which labels of which camera have an open alert. */
export interface MqttMessages {
  /** What is to be sent for the events, in order, made one by one. The same events may come again. */
  ofAll(events: readonly OutboxEvent[]): Iterable<MqttMessage>
  /** Whether a label's alerts are open now; for a connection that starts. */
  labelState(cameraId: string, label: string): MqttMessage | null
  /** The camera's last status, marked as a replay; null while none was sent. For a connection that starts. */
  status(cameraId: string): MqttMessage | null
  forget(cameraId: string): void
}

/** What of an alert's step decides the state of its label. */
const stepSchema = z.looseObject({
  alertId: z.string(),
  phase: z.enum(['new', 'update', 'end']),
  label: z.string(),
})

/** More than one camera has open alerts of one label; a lost `end` must not cost memory for ever. */
const mostOpenAlerts = 64

/**
 * `sinceMs` is the wall clock of the start of this process: an alert that began in an earlier one is not open any
 * more, whatever its last event said. `isKnown` tells the cameras that there are: only of those is anything
 * retained, so that a removed camera's late events leave nothing on the broker.
 */
export function createMqttMessages(options: {
  topics: MqttTopics
  channels: readonly EventChannel[]
  labels: () => ReadonlyMap<string, string>
  isKnown: (cameraId: string) => boolean
  sinceMs: number
  telemetry: Telemetry
}): MqttMessages {
  const { topics, channels, labels, isKnown, sinceMs, telemetry } = options
  /** Camera → label → ids of open alerts. */
  const open = new Map<string, Map<string, Set<string>>>()
  const statuses = new Map<string, OutboxEvent>()

  const openAlerts = (cameraId: string, label: string): Set<string> => {
    const ofCamera = open.get(cameraId) ?? new Map<string, Set<string>>()
    const alerts = ofCamera.get(label) ?? new Set()
    open.set(cameraId, ofCamera.set(label, alerts))
    return alerts
  }

  const labelState = (cameraId: string, label: string): MqttMessage | null => {
    const slug = labels().get(label)
    if (slug === undefined || !isKnown(cameraId)) return null
    const payload = (open.get(cameraId)?.get(label)?.size ?? 0) > 0 ? 'ON' : 'OFF'
    return { topic: topics.label(cameraId, slug), payload, retain: true }
  }

  /** The label's new state; none when an update changes nothing. */
  const follow = (event: OutboxEvent): MqttMessage[] => {
    const step = readJson(event.dataJson, stepSchema)
    if (step === null || !isKnown(event.key)) return []
    const { alertId, phase, label } = step
    const alerts = openAlerts(event.key, label)
    const before = alerts.size
    if (phase === 'end') alerts.delete(alertId)
    else if (event.acceptedMs >= sinceMs) alerts.add(alertId)
    const [oldest] = alerts
    if (alerts.size > mostOpenAlerts && oldest !== undefined) {
      alerts.delete(oldest)
      countDrop(telemetry, { stage: 'event', reason: 'mqtt_open_alert', cameraId: event.key })
    }
    if (phase === 'update' && alerts.size === before) return []
    const state = labelState(event.key, label)
    return state ? [state] : []
  }

  const payloadOf = ({ attributes, dataJson, attempts }: OutboxEvent) =>
    structuredEvent({ attributes: attempts > 0 ? { ...attributes, replay: 'true' } : attributes, dataJson })

  const of = (event: OutboxEvent): MqttMessage[] => {
    if (!channels.includes(event.channel)) return []
    const payload = payloadOf(event)
    switch (event.channel) {
      case 'alerts':
        return [{ topic: topics.alert(event.key), payload, retain: false }, ...follow(event)]
      case 'camera-status':
        if (isKnown(event.key)) statuses.set(event.key, event)
        return [{ topic: topics.status(event.key), payload, retain: isKnown(event.key) }]
      case 'clips':
        return [{ topic: topics.clip(event.key), payload, retain: false }]
    }
  }

  return {
    *ofAll(events) {
      for (const event of events) yield* of(event)
    },
    labelState,
    status(cameraId) {
      const last = statuses.get(cameraId)
      if (!last || !isKnown(cameraId)) return null
      return { topic: topics.status(cameraId), payload: payloadOf({ ...last, attempts: 1 }), retain: true }
    },
    forget(cameraId) {
      open.delete(cameraId)
      statuses.delete(cameraId)
    },
  }
}
