import type { Config } from '../src/config/schema.ts'
import type { Clock } from '../src/core/clock.ts'
import type { EventPublisher } from '../src/core/events.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import { createKafkaPublisher } from '../src/event/kafka-publisher.ts'
import { createWebhookPublisher } from '../src/event/webhook-publisher.ts'

/** Every receiver of events that is configured, Kafka first. Without any, events stay in the outbox. */
export function createPublishers(options: {
  config: Config
  clock: Clock
  telemetry: Telemetry
}): EventPublisher[] {
  const { config, clock, telemetry } = options
  return [
    ...(config.kafka ? [createKafkaPublisher({ kafka: config.kafka, clock, telemetry })] : []),
    ...config.webhooks.map((webhook) => createWebhookPublisher({ webhook, clock })),
  ]
}
