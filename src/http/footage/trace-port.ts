/** What is known of a camera's last minutes: motion → clips → scores → thresholds → the state of each rule. */
export interface TracePort {
  /**
   * @param at a moment, milliseconds since the Unix epoch
   * @param spanMs how much around it
   * @throws AppError CAMERA_NOT_FOUND, also while it is paused
   */
  trace(cameraId: string, at: number, spanMs: number): CameraTraceEntry
}

export interface CameraTraceEntry {
  readonly cameraId: string
  readonly from: string
  readonly to: string
  /** Nothing before it is known any more; null: nothing at all. */
  readonly knownSince: string | null
  readonly motionThreshold: number
  readonly motion: readonly {
    readonly stream: string
    readonly at: string
    readonly motion: number
    readonly active: boolean
  }[]
  readonly clips: readonly {
    readonly model: string
    readonly trackId: string | null
    readonly from: string
    readonly to: string
    readonly inferMs: number
    /** Null: it was dropped. */
    readonly scores: readonly { readonly label: string; readonly score: number }[] | null
  }[]
  readonly rules: readonly TracedRule[]
  readonly steps: readonly {
    readonly at: string
    readonly alertId: string
    readonly rule: string
    readonly phase: 'new' | 'update' | 'end'
  }[]
}

export interface TracedRule {
  readonly rule: string
  readonly label: string
  readonly onThreshold: number
  readonly offThreshold: number
  readonly minDurationMs: number
  readonly cooldownMs: number
  /** Whether its schedule wanted alerts at the moment. */
  readonly armed: boolean
  /** At the moment. */
  readonly state: 'idle' | 'pending' | 'open' | 'cooldown'
  /** Scores of its label within the span. */
  readonly looks: number
  readonly highest: number | null
  /** Longest time over its threshold. */
  readonly overMs: number | null
  readonly alerts: number
  /** Why it did not alert; null: it did. */
  readonly why: string | null
}
