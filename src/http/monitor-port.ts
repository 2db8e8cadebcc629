/** How a Vireo that runs is doing, as pages show it; the pipelines implement it. */
export interface MonitorPort {
  health(): Promise<SiteHealth>
  /** The last hour, a point every ten seconds. */
  series(camera?: string): HealthSeries
  /** The latest lines of the log. */
  logs(wish: {
    readonly after?: number
    readonly least?: 'debug' | 'info' | 'warn' | 'error'
    readonly camera?: string
    readonly limit: number
  }): { readonly lines: readonly LogEntry[]; readonly next: number; readonly lost: boolean }
  /** Events that a receiver will never take, the newest first. */
  deadLetters(wish: { readonly cursor?: string; readonly limit: number }): {
    readonly letters: readonly DeadLetterEntry[]
    readonly next: string | null
  }
  /** Sends one again, and forgets it when it was taken. @throws AppError API_NOT_FOUND, EVENT_REFUSED and the like */
  resend(sink: string, id: string): Promise<void>
  /** Forgets one for good. @throws AppError API_NOT_FOUND */
  discard(sink: string, id: string): void
}

export interface SiteHealth {
  readonly at: string
  readonly cameras: readonly CameraHealth[]
  /** Things that were dropped in the last minute, and since the start; those of which there are some. */
  readonly drops: readonly {
    readonly stage: string
    readonly reason: string
    readonly camera: string
    readonly lastMinute: number
    readonly total: number
  }[]
  /** Seconds from a frame's arrival to an event on disk (`accepted`) and at its receiver (`ack`), over five minutes. */
  readonly latency: readonly {
    readonly stage: string
    readonly p50S: number | null
    readonly p95S: number | null
    readonly count: number
  }[]
  readonly models: readonly ModelHealth[]
  readonly machine: {
    readonly cores: number
    /** Of all cores of the machine, 0–1. */
    readonly busy: number | null
    /** Cores that this process uses, without its cameras' processes. */
    readonly processCores: number | null
    readonly rssBytes: number
    readonly memoryBytes: number
    readonly memoryFreeBytes: number
    /** By how much the process is late for its timers, 95 % of the time. */
    readonly delayP95Ms: number | null
  }
  readonly disk: {
    readonly totalBytes: number
    readonly freeBytes: number
    readonly recordedBytes: number
    readonly bytesPerDay: number
    readonly fullInDays: number | null
    readonly retentionInDays: number | null
    readonly steadyBytes: number
  }
}

export interface CameraHealth {
  readonly id: string
  readonly framesPerS: number | null
  readonly restarts: number
  readonly lastMinuteDrops: number
}

export interface ModelHealth {
  readonly name: string
  readonly version: string
  readonly kind: string
  readonly ready: boolean
  /** What its workers really run on. */
  readonly providers: readonly string[]
  /** As configured, in order of preference. */
  readonly wanted: readonly string[]
  /** Why providers were passed over, and why workers ended. */
  readonly problems: readonly string[]
  readonly strideScale: number
  readonly queuedClips: number
  readonly failedClips: number
  readonly meanRunMs: number
  readonly clipsPerS: number | null
}

export interface HealthSeries {
  readonly everyS: number
  /** Time of the last point. */
  readonly at: string
  /** By name; a point that is not known is null. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>
}

export interface LogEntry {
  readonly seq: number
  readonly at: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly camera: string | null
  readonly fields: string
}

export interface DeadLetterEntry {
  readonly sink: string
  readonly id: string
  readonly camera: string
  readonly type: string
  readonly reason: string
  readonly at: string
}
