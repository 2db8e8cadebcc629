export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** A line of the log as it was written, without secrets. */
export interface LogLine {
  /** Ascending, from 1. */
  readonly seq: number
  readonly atMs: number
  readonly level: LogLevel
  readonly message: string
  readonly camera: string | null
  /** The other fields, JSON; cut where it is long. */
  readonly fields: string
}

export interface LogWish {
  /** Lines after this one. */
  readonly after?: number
  readonly least?: LogLevel
  readonly camera?: string
  readonly limit: number
}

/** The latest lines of the log. */
export interface LogRing {
  take(line: Omit<LogLine, 'seq' | 'fields' | 'camera'> & { readonly fields: unknown }): void
  /** The latest lines that are wanted, the oldest of them first, and where to go on. */
  read(wish: LogWish): { readonly lines: readonly LogLine[]; readonly next: number; readonly lost: boolean }
}

const longestFields = 2000

/** Keeps the last `capacity` lines; older ones make way. */
export function createLogRing(capacity = 2000): LogRing {
  const lines: LogLine[] = []
  let seq = 0
  return {
    take({ fields, ...line }) {
      const { camera = null, ...others } = (fields ?? {}) as Record<string, unknown>
      const text = JSON.stringify(others)
      const short = text.length > longestFields ? `${text.slice(0, longestFields)}…` : text
      seq += 1
      lines.push({ ...line, seq, camera: typeof camera === 'string' ? camera : null, fields: short })
      // A few at a time, so that it costs nothing each time.
      if (lines.length > capacity + 200) lines.splice(0, lines.length - capacity)
    },
    read({ after = 0, least = 'debug', camera, limit }) {
      const from = logLevels.indexOf(least)
      const kept = lines.slice(-capacity)
      const wanted = kept.filter(
        (line) =>
          line.seq > after &&
          logLevels.indexOf(line.level) >= from &&
          (camera === undefined || line.camera === camera || line.camera === `${camera}.main`),
      )
      const lost = after > 0 && (kept[0]?.seq ?? 1) > after + 1
      return { lines: wanted.slice(-limit), next: seq, lost }
    },
  }
}
