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
  /** Times it may have been sent before; above 0 it is marked as a replay. */
  readonly attempts: number
}

/** A CloudEvents attribute of what is stored and sent to nobody: its camera was muted. */
export const mutedAttribute = { muted: 'true' } as const

export const isMuted = ({ attributes }: Pick<OutboxEvent, 'attributes'>) => attributes.muted === 'true'

export type EventChannel = 'alerts' | 'camera-status' | 'clips'

/** How far a call of `publish` has come. Counts are of the events that it was given, from the first one on. */
export interface PublishProgress {
  /**
   * Before the first `count` events go out, those accepted so far included: from then on they count as replays. Throws
   * when that cannot be noted on disk; then nothing is to be sent.
   */
  sending(count: number): void
  /** The receiver has the first `count` events for good: they are not sent again. */
  accepted(count: number): void
  /** What is being sent has certainly not arrived (no connection came about): it does not count as a replay. */
  unsent(): void
}

export const noProgress: PublishProgress = { sending: () => {}, accepted: () => {}, unsent: () => {} }

/**
 * Where events go. `publish` resolves only when every event is durably accepted by the receiver; when it rejects,
 * `progress` has said how many were.
 */
export interface EventPublisher {
  readonly name: string
  publish(events: readonly OutboxEvent[], progress?: PublishProgress): Promise<void>
  close(): Promise<void>
}
