export type Severity = 'info' | 'warning' | 'critical'
export type AlertPhase = 'new' | 'update' | 'end'

/** One measured value that made an alert's condition hold. */
export interface AlertReason {
  /** Name of the condition in the rule language (docs/rules.md). */
  readonly condition: string
  readonly text: string
  readonly value: number | string | null
  readonly asked: number | string | null
}

/** One step of an alert's life. The first has phase `new` and seq 0; the last has phase `end`. */
export interface AlertStep {
  /** Deterministic: the same for all steps of the alert (see alertId in src/alert). */
  readonly alertId: string
  readonly phase: AlertPhase
  readonly seq: number
  readonly rule: string
  readonly label: string
  readonly severity: Severity
  readonly cameraId: string
  readonly zone: string | null
  readonly trackIds: readonly string[]
  /** Highest score so far, 0–1. */
  readonly score: number
  readonly modelName: string
  readonly modelVersion: string
  readonly configHash: string
  readonly epoch: number
  /** PTS of the first frame of the first clip and of the last frame of the latest one, microseconds. */
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  /** Wall clock of the same frames' arrival, milliseconds since the Unix epoch. */
  readonly startedMs: number
  readonly lastMs: number
  /** Monotonic arrival of the last frame that caused this step, milliseconds; not published, only for latency. */
  readonly causeMonoMs: number
  /** Where its clip will be when it is complete (see vireo.clip.ready.v1); null or absent without a recording. */
  readonly clipPath?: string | null
  /** Of an alert that a behaviour raised: name of the detector model, or `motion`, the weaker one. */
  readonly detector?: string
  /** Of an alert that a behaviour or fused scores raised: what held with which values, in words and one by one. */
  readonly explanation?: string
  readonly reasons?: readonly AlertReason[]
  /** True: its camera was muted when it began. It is stored and sent to nobody. */
  readonly muted?: true
  /**
   * Why an alert ended: scores or condition fell, its tracks are gone, its schedule ended, the camera went away, or
   * the process stopped, or ended without being stopped (a crash, `kill -9`, a power cut). Null before the end.
   */
  readonly endReason: 'cleared' | 'gone' | 'disarmed' | 'camera_lost' | 'shutdown' | 'crashed' | null
}
