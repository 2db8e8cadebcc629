import type { Admin, ITopicConfig } from 'kafkajs'
import type { KafkaConfig } from '../../config/schema.ts'
import { AppError } from '../../core/errors.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'

const retentionMs = 7 * 24 * 3600 * 1000

/** The topics as Vireo makes them when they are missing; one that exists is never changed. */
export function wantedTopics(kafka: KafkaConfig): ITopicConfig[] {
  const { topics, partitions, replicationFactor } = kafka
  // With the broker's own replication goes the broker's own number of replicas that must have a message.
  const insync =
    replicationFactor < 1
      ? {}
      : { 'min.insync.replicas': String(Math.min(2, Math.max(1, replicationFactor - 1))) }
  const settings = (more: Record<string, string>) =>
    Object.entries({ ...insync, ...more }).map(([name, value]) => ({ name, value }))
  const shape = { numPartitions: partitions, replicationFactor }
  const log = { 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs) }
  const wanted = new Map<string, ITopicConfig>()
  // What shares a topic with events that must all be read gets their kind of topic.
  for (const [topic, entries] of [
    [topics.alerts, log],
    [topics.clips, log],
    [topics.cameraStatus, { 'cleanup.policy': 'compact' }],
  ] as const)
    if (!wanted.has(topic)) wanted.set(topic, { topic, ...shape, configEntries: settings(entries) })
  return [...wanted.values()]
}

/**
 * Creates the topics that are missing. Those of alerts and clips keep 7 days; the one of camera states is compacted, so
 * that it holds the last state of every camera.
 *
 * @throws AppError EVENT_BROKER_AUTH when a topic is missing and this user may not create it, EVENT_BROKER when
 * the cluster cannot hold it as configured.
 */
export async function ensureKafkaTopics(options: {
  admin: Pick<Admin, 'listTopics' | 'createTopics'>
  kafka: KafkaConfig
  telemetry: Telemetry
}): Promise<void> {
  const { admin, kafka, telemetry } = options
  const existing = new Set(await admin.listTopics())
  for (const topic of wantedTopics(kafka)) {
    if (existing.has(topic.topic)) continue
    try {
      if (!(await admin.createTopics({ topics: [topic], timeout: 5000, waitForLeaders: true }))) continue
    } catch (thrown) {
      throw explain(thrown, topic)
    }
    telemetry.log.info(
      { topic: topic.topic, partitions: topic.numPartitions, replicas: replicasOf(topic) },
      'created a Kafka topic',
    )
  }
}

const replicasOf = ({ replicationFactor = -1 }: ITopicConfig) =>
  replicationFactor < 1 ? "the broker's default" : replicationFactor

function explain(thrown: unknown, wanted: ITopicConfig): unknown {
  const { topic, numPartitions } = wanted
  const types = errorTypes(thrown)
  if (types.some((type) => type.endsWith('_AUTHORIZATION_FAILED')))
    return new AppError(
      'EVENT_BROKER_AUTH',
      `Kafka topic ${topic} is missing (or hidden from this user) and this user may not create it; create it ` +
        `with ${numPartitions} partitions, or grant Create, Describe and Write`,
    )
  if (types.includes('INVALID_REPLICATION_FACTOR')) {
    const { replicationFactor = -1 } = wanted
    const asked =
      replicationFactor < 1
        ? 'default.replication.factor of the brokers'
        : `kafka.replicationFactor is ${replicationFactor}, which`
    return new AppError(
      'EVENT_BROKER',
      `Kafka topic ${topic} cannot be created: ${asked} is more than the brokers that the cluster has`,
    )
  }
  return thrown
}

function errorTypes(thrown: unknown): string[] {
  const { type, cause, errors } = (thrown ?? {}) as { type?: string; cause?: unknown; errors?: unknown[] }
  const inner = [...(errors ?? []), ...(cause && cause !== thrown ? [cause] : [])]
  return [...(type ? [type] : []), ...inner.flatMap(errorTypes)]
}
