// Prints alerts from Kafka with @platformatic/kafka.
//   KAFKA_BROKERS=localhost:9092 node examples/consumers/platformatic.ts
import { Consumer, type Deserializers, stringDeserializer } from '@platformatic/kafka'
import { createAlertReader, readJson } from './alert-reader.ts'

const {
  KAFKA_BROKERS = 'localhost:9092',
  KAFKA_TOPIC = 'vireo.alerts',
  KAFKA_GROUP = 'alert-log',
} = process.env

// Not the value: a message that is no JSON must not stop the stream, so it is parsed below.
const deserializers: Partial<Deserializers<string, Buffer, string, string>> = {
  key: stringDeserializer,
  headerKey: stringDeserializer,
  headerValue: stringDeserializer,
}
const consumer = new Consumer({
  clientId: KAFKA_GROUP,
  groupId: KAFKA_GROUP,
  bootstrapBrokers: KAFKA_BROKERS.split(','),
  deserializers,
  autocommit: false,
  maxWaitTime: 500,
})
const stream = await consumer.consume({
  topics: [KAFKA_TOPIC],
  mode: 'committed',
  fallbackMode: 'earliest',
})
// Ends the loop below.
process.once('SIGTERM', () => void stream.close())

const read = createAlertReader()
for await (const { headers, value, commit } of stream) {
  read({
    id: headers.get('ce_id') ?? '',
    type: headers.get('ce_type') ?? '',
    replay: headers.get('ce_replay') === 'true',
    data: readJson(value),
  })
  // After handling, so that a crash in between repeats an event instead of losing it.
  await commit()
}
await consumer.close()
