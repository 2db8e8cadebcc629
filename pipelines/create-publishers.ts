import type { Config } from '../src/config/schema.ts'
import type { Clock } from '../src/core/clock.ts'
import type { EventPublisher } from '../src/core/events.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import { createKafkaPublisher } from '../src/event/kafka/kafka-publisher.ts'
import { createMqttPublisher } from '../src/event/mqtt/mqtt-publisher.ts'
import { createWebhookPublisher } from '../src/event/webhook/webhook-publisher.ts'

export interface Publishers {
  /** Kafka first, MQTT, then the webhooks. Without any, events stay in the outbox. */
  readonly all: readonly EventPublisher[]
  /** The cameras and labels that there are from now on, for receivers that keep something for each. */
  setSite(site: {
    readonly cameras: readonly { readonly id: string }[]
    readonly labels: readonly string[]
  }): void
}

/** Every receiver of events that is configured. `labels` are those that alerts may have. */
export function createPublishers(options: {
  config: Config
  labels: readonly string[]
  clock: Clock
  telemetry: Telemetry
}): Publishers {
  const { config, labels, clock, telemetry } = options
  const { kafka, mqtt, webhooks, cameras, node } = config
  const broker = mqtt
    ? createMqttPublisher({ mqtt, cameras, labels, nodeName: node.name, clock, telemetry })
    : null
  return {
    all: [
      ...(kafka ? [createKafkaPublisher({ kafka, clock, telemetry })] : []),
      ...(broker ? [broker] : []),
      ...webhooks.map((webhook) => createWebhookPublisher({ webhook, clock })),
    ],
    setSite: (site) => broker?.setSite(site),
  }
}
