import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Consumer, stringDeserializers } from '@platformatic/kafka'

export interface ReadMessage {
  readonly partition: number
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * All messages that a topic holds now, by another client than the one under test; in order within a partition.
 * A broker that has just come back may not lead its partitions yet: asked again for a while.
 */
export async function readTopic(brokers: readonly string[], topic: string): Promise<ReadMessage[]> {
  const endMs = Date.now() + 30_000
  for (;;) {
    try {
      return await readOnce(brokers, topic)
    } catch (thrown) {
      if (Date.now() > endMs) throw thrown
      await sleep(200)
    }
  }
}

async function readOnce(brokers: readonly string[], topic: string): Promise<ReadMessage[]> {
  const consumer = new Consumer({
    clientId: 'vireo-test-reader',
    groupId: randomUUID(),
    bootstrapBrokers: [...brokers],
    deserializers: stringDeserializers,
    maxWaitTime: 200,
  })
  try {
    const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? []
    const total = ends.reduce((sum, end) => sum + Number(end), 0)
    const messages: ReadMessage[] = []
    if (total === 0) return messages
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
    for await (const { partition, key, value, headers } of stream) {
      messages.push({ partition, key, value, headers: Object.fromEntries(headers) })
      if (messages.length === total) break
    }
    return messages
  } finally {
    await consumer.close(true)
  }
}
