/** One row of the outbox: an event ready to be published, and where it belongs. */
export interface OutboxEvent {
  /** Position in the outbox; ascending, never reused. */
  readonly position: number
  /** CloudEvents id: deterministic, so that consumers drop duplicates. */
  readonly id: string
  readonly channel: EventChannel
  /** Message key: the camera id, so that one camera's events stay in order. */
  readonly key: string
  /** CloudEvents attributes without `data`. */
  readonly attributes: Readonly<Record<string, string>>
  /** The event's `data`, JSON text. */
  readonly dataJson: string
  /** Wall clock when the event was accepted, milliseconds. */
  readonly acceptedMs: number
  /** Times it was handed to a publisher before; above 0 it is marked as a replay. */
  readonly attempts: number
}

export type EventChannel = 'alerts' | 'camera-status' | 'clips'

/** Where events go. `publish` resolves only when every event is durably accepted by the receiver. */
export interface EventPublisher {
  readonly name: string
  publish(events: readonly OutboxEvent[]): Promise<void>
  close(): Promise<void>
}
