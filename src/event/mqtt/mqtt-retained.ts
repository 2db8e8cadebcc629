import type { EventChannel } from '../../core/events.ts'
import { countDrop, type Telemetry } from '../../core/telemetry-port.ts'
import { birthTopic, discoveryFilter, discoveryMessages } from './home-assistant.ts'
import type { MqttSession } from './mqtt-session.ts'
import type { MqttMessage, MqttTopics } from './mqtt-topics.ts'

/** Keeps what the broker retains of this node equal to the cameras and labels that there are. */
export interface MqttRetained {
  /** What to subscribe to, so that `found` and Home Assistant's start are heard of. */
  readonly filters: readonly string[]
  /** All discovery, and the present status and labels of every camera, are due (again). */
  greet(): void
  /** The topics whose messages the broker is to retain as things are. */
  topics(): ReadonlySet<string>
  /** The broker has something retained at this topic; removed when it belongs to no camera or label (any more). */
  found(topic: string): void
  /** Sends what is due. Calls while one is at it add to that one. */
  flush(session: MqttSession): Promise<void>
}

/** Messages handed to the session at once; events go in between. */
const chunkMessages = 16
const mostRemovals = 10_000

export function createMqttRetained(options: {
  topics: MqttTopics
  channels: readonly EventChannel[]
  /** Another map whenever they change. */
  labels: () => ReadonlyMap<string, string>
  nodeName: string
  /** Null: Home Assistant is not served. */
  discoveryPrefix: string | null
  /** Another set whenever they change. */
  cameras: () => ReadonlySet<string>
  labelState: (cameraId: string, label: string) => MqttMessage | null
  status: (cameraId: string) => MqttMessage | null
  telemetry: Telemetry
}): MqttRetained {
  const { topics, channels, labels, nodeName, discoveryPrefix, cameras, labelState, status, telemetry } =
    options
  const removals = new Set<string>()
  let greeting: Iterator<() => MqttMessage | null> | null = null
  let busy: MqttSession | null = null

  const discovery = (cameraId: string): MqttMessage[] =>
    discoveryPrefix === null
      ? []
      : discoveryMessages(cameraId, { discoveryPrefix, nodeName, topics, channels, labels: labels() })

  const topicsOf = (cameraId: string): string[] => [
    ...discovery(cameraId).map(({ topic }) => topic),
    ...(channels.includes('camera-status') ? [topics.status(cameraId)] : []),
    ...(channels.includes('alerts')
      ? [...labels().values()].map((slug) => topics.label(cameraId, slug))
      : []),
  ]
  let known: { readonly of: readonly unknown[]; readonly topics: ReadonlySet<string> } | null = null
  const wanted = () => {
    const of = [cameras(), labels()] as const
    if (known?.of[0] !== of[0] || known.of[1] !== of[1])
      known = { of, topics: new Set([...of[0]].flatMap(topicsOf)) }
    return known.topics
  }

  /** States are looked up when they are sent: an event may have changed them meanwhile. */
  function* greetings(): Generator<() => MqttMessage | null> {
    for (const id of cameras()) {
      const known = (message: MqttMessage | null) => () => (cameras().has(id) ? message : null)
      yield* discovery(id).map(known)
      yield () => status(id)
      if (channels.includes('alerts')) for (const label of labels().keys()) yield () => labelState(id, label)
    }
  }

  const removeTopic = (topic: string) => {
    if (removals.size < mostRemovals) removals.add(topic)
    else countDrop(telemetry, { stage: 'event', reason: 'mqtt_removal', cameraId: '' })
  }

  const nextChunk = (): MqttMessage[] => {
    const chunk: MqttMessage[] = []
    for (const topic of removals) {
      if (chunk.length === chunkMessages) return chunk
      removals.delete(topic)
      // It may have come back meanwhile.
      if (!wanted().has(topic)) chunk.push({ topic, payload: '', retain: true })
    }
    while (greeting && chunk.length < chunkMessages) {
      const { value, done } = greeting.next()
      if (done) greeting = null
      const message = done ? null : value()
      if (message) chunk.push(message)
    }
    return chunk
  }

  return {
    filters: [
      ...topics.retainedFilters,
      ...(discoveryPrefix === null
        ? []
        : [birthTopic(discoveryPrefix), discoveryFilter({ discoveryPrefix, nodeName })]),
    ],
    greet() {
      greeting = greetings()
    },
    topics: wanted,
    found(topic) {
      if (!wanted().has(topic)) removeTopic(topic)
    },
    async flush(session) {
      if (busy === session) return
      busy = session
      try {
        for (let chunk = nextChunk(); chunk.length > 0; chunk = nextChunk()) await session.send(chunk)
      } finally {
        if (busy === session) busy = null
      }
    },
  }
}
