import type { ITopicConfig } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../../../src/config/schema/kafka-schema.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import { ensureKafkaTopics, wantedTopics } from '../../../../src/event/kafka/kafka-topics.ts'

const configured = (over: object = {}) =>
  kafkaSchema.parse({ brokers: ['b:1'], topics: { alerts: 'a', cameraStatus: 's', clips: 'c' }, ...over })
const settingsOf = (topic: ITopicConfig | undefined) =>
  Object.fromEntries((topic?.configEntries ?? []).map(({ name, value }) => [name, value]))

/** A cluster with these topics; `refuse` is thrown instead of creating. */
function cluster(existing: string[], refuse?: unknown) {
  const created: string[] = []
  return {
    created,
    admin: {
      listTopics: async () => existing,
      async createTopics({ topics }: { topics: ITopicConfig[] }) {
        if (refuse) throw refuse
        created.push(...topics.map(({ topic }) => topic))
        return true
      },
    },
  }
}
const ensure = (admin: ReturnType<typeof cluster>['admin'], over: object = {}) =>
  ensureKafkaTopics({ admin, kafka: configured(over), telemetry: noTelemetry })
const denied = Object.assign(new Error('Topic creation errors'), {
  name: 'KafkaJSNonRetriableError',
  cause: { errors: [{ type: 'TOPIC_AUTHORIZATION_FAILED' }] },
})

describe('wantedTopics', () => {
  it('keeps alerts for 7 days and the last state of each camera', () => {
    const [alerts, clips, status] = wantedTopics(configured({ partitions: 12, replicationFactor: 3 }))
    expect(alerts).toMatchObject({ topic: 'a', numPartitions: 12, replicationFactor: 3 })
    expect(settingsOf(alerts)).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': '604800000',
      'min.insync.replicas': '2',
    })
    expect(clips?.topic).toBe('c')
    expect(settingsOf(clips)).toEqual(settingsOf(alerts))
    expect(settingsOf(status)).toEqual({ 'cleanup.policy': 'compact', 'min.insync.replicas': '2' })
  })

  it.each([
    [1, '1'],
    [2, '1'],
    [3, '2'],
    [5, '2'],
  ])('with %i replicas one may fail as far as possible: %s in sync', (replicationFactor, least) => {
    const [alerts] = wantedTopics(configured({ replicationFactor }))
    expect(settingsOf(alerts)['min.insync.replicas']).toBe(least)
  })

  it('leaves replication to the brokers unless it is set', () => {
    const [alerts] = wantedTopics(configured({}))
    expect(alerts?.replicationFactor).toBe(-1)
    expect(settingsOf(alerts)).not.toHaveProperty('min.insync.replicas')
  })

  it('does not compact alerts away when both channels share a topic', () => {
    const topics = wantedTopics(configured({ topics: { alerts: 'one', cameraStatus: 'one', clips: 'one' } }))
    expect(topics.map(settingsOf)).toEqual([expect.objectContaining({ 'cleanup.policy': 'delete' })])
  })
})

describe('ensureKafkaTopics', () => {
  it('creates what is missing and only that', async () => {
    const { admin, created } = cluster(['a', 'c', 'other'])
    await ensure(admin)
    expect(created).toEqual(['s'])
  })

  it('asks for no right when nothing is missing', async () => {
    const { admin } = cluster(['a', 'c', 's'], denied)
    await ensure(admin)
  })

  it('names the topic and the rights when it may not create it', async () => {
    await expect(ensure(cluster(['c', 's'], denied).admin)).rejects.toMatchObject({
      code: 'EVENT_BROKER_AUTH',
      message: expect.stringMatching(/topic a .*6 partitions.*Create/),
    })
  })

  it('names the field when the cluster has too few brokers', async () => {
    const refuse = { errors: [{ type: 'INVALID_REPLICATION_FACTOR' }] }
    await expect(ensure(cluster([], refuse).admin, { replicationFactor: 3 })).rejects.toMatchObject({
      code: 'EVENT_BROKER',
      message: expect.stringContaining('kafka.replicationFactor is 3'),
    })
  })

  it('names the setting of the brokers when their own default is too much', async () => {
    const refuse = { errors: [{ type: 'INVALID_REPLICATION_FACTOR' }] }
    await expect(ensure(cluster([], refuse).admin)).rejects.toMatchObject({
      message: expect.stringContaining('default.replication.factor of the brokers is more than the brokers'),
    })
  })

  it('lets other failures through as they are', async () => {
    const refuse = new Error('down')
    await expect(ensure(cluster([], refuse).admin)).rejects.toBe(refuse)
  })
})
