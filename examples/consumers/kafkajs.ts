// Prints alerts from Kafka with kafkajs.
//   KAFKA_BROKERS=localhost:9092 node examples/consumers/kafkajs.ts
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { createAlertReader, readJson } from './alert-reader.ts'

const {
  KAFKA_BROKERS = 'localhost:9092',
  KAFKA_TOPIC = 'vireo.alerts',
  KAFKA_GROUP = 'alert-log',
} = process.env
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs

// kafkajs knows zstd by name only; needed when Vireo has `kafka.compression: zstd`.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
  decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
})

const kafka = new Kafka({ clientId: KAFKA_GROUP, brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.WARN })
const consumer = kafka.consumer({ groupId: KAFKA_GROUP, maxWaitTimeInMs: 500 })
const read = createAlertReader()

// Without a restart of its own the consumer is dead, but the process would live on: let the supervisor know.
consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
  if (restart) return
  console.error(error.message)
  process.exit(1)
})

await consumer.connect()
await consumer.subscribe({ topics: [KAFKA_TOPIC], fromBeginning: true })
await consumer.run({
  autoCommit: false,
  async eachMessage({ topic, partition, message }) {
    const header = (name: string) => String(message.headers?.[name] ?? '')
    read({
      id: header('ce_id'),
      type: header('ce_type'),
      replay: header('ce_replay') === 'true',
      data: readJson(message.value),
    })
    // After handling, so that a crash in between repeats an event instead of losing it.
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }])
  },
})

// Waits for the message in hand, then leaves the group, so that the others take over at once.
process.once('SIGTERM', () => void consumer.disconnect())
