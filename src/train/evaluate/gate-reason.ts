export type GateRule =
  | 'first'
  | 'leak'
  | 'labels'
  | 'items'
  | 'groups'
  | 'improvement'
  | 'significance'
  | 'figure'
  | 'classes'
  | 'known'
  | 'false-alarms'
  | 'latency'

export interface GateReason {
  readonly rule: GateRule
  /** Null when nothing was measured. */
  readonly measured: number | null
  /** Null when the rule sets none. */
  readonly limit: number | null
  readonly holds: boolean
  /** A sentence for people. */
  readonly text: string
}
