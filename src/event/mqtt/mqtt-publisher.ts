import type { MqttConfig } from '../../config/schema/mqtt-schema.ts'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { type EventPublisher, noProgress } from '../../core/events.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'
import { backOffMs } from '../../core/time/back-off.ts'
import { birthTopic } from './home-assistant.ts'
import { mqttError } from './mqtt-error.ts'
import { createMqttMessages } from './mqtt-messages.ts'
import { createMqttRetained } from './mqtt-retained.ts'
import { createMqttSession, type MqttSession, type MqttSessionOptions } from './mqtt-session.ts'
import { readMqttSettings } from './mqtt-settings.ts'
import { labelSlugs, mqttTopics } from './mqtt-topics.ts'

export interface MqttPublisher extends EventPublisher {
  /**
   * Takes the cameras and labels that there are from now on: new ones are announced, and what the broker has retained for
   * those that are gone (discovery, status, labels) is removed; at once, or with the next connection.
   */
  setSite(site: {
    readonly cameras: readonly { readonly id: string }[]
    readonly labels: readonly string[]
  }): void
}

export interface MqttPublisherOptions {
  readonly mqtt: MqttConfig
  readonly cameras: readonly { readonly id: string }[]
  /** Labels that alerts may have, those of rules included; each becomes an entity of every camera. */
  readonly labels: readonly string[]
  readonly nodeName: string
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** For tests. */
  readonly createSession?: (options: MqttSessionOptions) => MqttSession
}

/** Events that are acknowledged before the next ones go out. */
const partEvents = 32
const closeGraceMs = 1500
const reconnectWaits = { firstMs: 1000, mostMs: 30_000 }

/**
 * Publishes outbox events to an MQTT 3.1.1 broker at QoS 1 and announces cameras and labels to Home Assistant.
 * Topics: see docs/mqtt.md. Calls are worked off in order; `publish` resolves when the broker has acknowledged every
 * message and else rejects with EVENT_MQTT, and the caller calls again with the same events. Connects with the first
 * `publish`. A connection that is lost is made again without waiting for an event, so that the availability on the
 * broker is true.
 *
 * @throws AppError CONFIG_INVALID when a certificate of `mqtt.tls` cannot be used.
 */
export function createMqttPublisher(options: MqttPublisherOptions): MqttPublisher {
  const { mqtt, nodeName, clock, telemetry, createSession = createMqttSession } = options
  const { address } = readMqttSettings(mqtt)
  const { homeAssistant, channels } = mqtt
  const topics = mqttTopics(mqtt.prefix, nodeName)
  let labels = labelSlugs(options.labels)
  let cameras: ReadonlySet<string> = new Set(options.cameras.map(({ id }) => id))
  const messages = createMqttMessages({
    topics,
    channels,
    telemetry,
    labels: () => labels,
    isKnown: (cameraId) => cameras.has(cameraId),
    sinceMs: clock.nowMs(),
  })
  const retained = createMqttRetained({
    topics,
    channels,
    nodeName,
    telemetry,
    labels: () => labels,
    discoveryPrefix: homeAssistant.enabled ? homeAssistant.discoveryPrefix : null,
    cameras: () => cameras,
    labelState: messages.labelState,
    status: messages.status,
  })
  const availability = (payload: 'online' | 'offline') => ({
    topic: topics.availability,
    payload,
    retain: true,
  })

  let current: { session: MqttSession; opened: Promise<MqttSession> } | null = null
  let last: Promise<unknown> = Promise.resolve()
  let closed = false
  let cancelReconnect = () => {}
  /** Connections since one lasted. */
  let reconnects = 0

  /** Background traffic: whatever it fails with, the session has told it to `onLost`. */
  const announce = (session: MqttSession) => {
    retained.flush(session).catch(() => {})
  }

  const start = () => {
    let usableMs: number | null = null
    const session = createSession({
      clock,
      will: availability('offline'),
      clientId: mqtt.clientId ?? `vireo-${nodeName}`,
      settings: readMqttSettings(mqtt),
      connectTimeoutMs: mqtt.connectTimeoutMs,
      ackTimeoutMs: mqtt.ackTimeoutMs,
      keepaliveSeconds: mqtt.keepaliveSeconds,
      onMessage({ topic, payload, retained: kept }) {
        const born = homeAssistant.enabled && topic === birthTopic(homeAssistant.discoveryPrefix)
        if (born && payload === 'online' && !kept) retained.greet()
        if (!born && kept && payload !== '') retained.found(topic)
        announce(session)
      },
      onLost(error) {
        if (current?.session === session) current = null
        if (usableMs === null) return
        if (clock.monoMs() - usableMs >= reconnectWaits.mostMs) reconnects = 0
        telemetry.log.warn({ sink: 'mqtt', code: error.code }, `the connection is lost: ${error.message}`)
        reconnectLater()
      },
    })
    const begin = async () => {
      await session.ready()
      await session.send([availability('online')])
      usableMs = clock.monoMs()
      cancelReconnect()
      telemetry.log.info({ sink: 'mqtt', broker: address }, 'connected to the MQTT broker')
      retained.greet()
      announce(session)
      session.subscribe(retained.filters).then(noteSubscribed, () => {})
      return session
    }
    return { session, opened: begin() }
  }
  const noteSubscribed = (granted: boolean) => {
    if (granted) return
    telemetry.log.warn(
      { sink: 'mqtt', filters: retained.filters },
      'the MQTT broker refuses to tell when Home Assistant restarts and what is left of removed cameras; allow these filters',
    )
  }

  const open = async (): Promise<MqttSession> => {
    if (closed) throw new AppError('EVENT_MQTT', 'the connection to the MQTT broker was closed')
    current ??= start()
    return await current.opened
  }
  const reconnectLater = () => {
    if (closed) return
    cancelReconnect()
    reconnects += 1
    cancelReconnect = clock.after(backOffMs(reconnects, reconnectWaits), () => open().catch(reconnectLater))
  }

  return {
    name: 'mqtt',
    publish(events, progress = noProgress) {
      const result = last.then(async () => {
        if (!events.some(({ channel }) => channels.includes(channel))) return
        try {
          const session = await open()
          for (let end = 0; end < events.length; ) {
            const from = end
            end = Math.min(events.length, from + partEvents)
            progress.sending(end)
            await session.send(messages.ofAll(events.slice(from, end)))
            progress.accepted(end)
          }
        } catch (thrown) {
          throw mqttError(thrown, address)
        }
      })
      last = result.catch(() => {})
      return result
    },
    setSite(next) {
      const before = retained.topics()
      const camerasBefore = cameras
      cameras = new Set(next.cameras.map(({ id }) => id))
      labels = labelSlugs(next.labels)
      for (const id of camerasBefore) if (!cameras.has(id)) messages.forget(id)
      for (const topic of before) retained.found(topic)
      if ([...retained.topics()].some((topic) => !before.has(topic))) retained.greet()
      current?.opened.then(announce, () => {})
    },
    async close() {
      if (closed) return
      closed = true
      cancelReconnect()
      await current?.session.close(availability('offline'), closeGraceMs)
      current = null
      await last
    },
  }
}
