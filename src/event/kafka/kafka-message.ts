import type { Message, TopicMessages } from 'kafkajs'
import type { KafkaConfig } from '../../config/schema.ts'
import type { EventChannel, OutboxEvent } from '../../core/events.ts'

/** Well under the broker's usual limit of 1 MiB for one batch of one partition. */
const mostChunkBytes = 512 * 1024

/**
 * An event as a Kafka message in the binary mode of CloudEvents: the attributes are headers `ce_<name>`, the data
 * is the value. An event that was handed out before carries the extension attribute `replay`.
 */
export function kafkaMessage(event: OutboxEvent): Message {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(event.attributes))
    headers[name === 'datacontenttype' ? 'content-type' : `ce_${name}`] = value
  if (event.attempts > 0) headers.ce_replay = 'true'
  return { key: event.key, value: event.dataJson, headers }
}

export function topicOf(channel: EventChannel, topics: KafkaConfig['topics']): string {
  return { alerts: topics.alerts, 'camera-status': topics.cameraStatus, clips: topics.clips }[channel]
}

/** The events in their order, cut so that one request stays small; inside a request, grouped by topic. */
export function kafkaChunks(
  events: readonly OutboxEvent[],
  topics: KafkaConfig['topics'],
): TopicMessages[][] {
  const chunks: TopicMessages[][] = []
  let chunk = new Map<string, Message[]>()
  let bytes = 0
  for (const event of events) {
    const message = kafkaMessage(event)
    const size = messageBytes(message)
    if (bytes > 0 && bytes + size > mostChunkBytes) {
      chunks.push(toBatch(chunk))
      chunk = new Map()
      bytes = 0
    }
    const topic = topicOf(event.channel, topics)
    chunk.set(topic, [...(chunk.get(topic) ?? []), message])
    bytes += size
  }
  if (bytes > 0) chunks.push(toBatch(chunk))
  return chunks
}

function messageBytes({ key, value, headers }: Message): number {
  const length = (text: unknown) => Buffer.byteLength(String(text ?? ''))
  let bytes = length(key) + length(value) + 32
  for (const [name, content] of Object.entries(headers ?? {})) bytes += length(name) + length(content) + 4
  return bytes
}

const toBatch = (chunk: Map<string, Message[]>) =>
  [...chunk].map(([topic, messages]) => ({ topic, messages }))
