import type { LogEntry } from 'kafkajs'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/telemetry-port.ts'
import { createSparseLog } from '../../core/time/sparse-log.ts'
import { logLevel } from './kafka-client.ts'

export interface KafkaLog {
  write(entry: LogEntry): void
}

/** During an outage kafkajs complains many times a second; one warning in this time is enough. */
const quietMs = 30_000
/**
 * What kafkajs warns of without need: that retries are bounded (the outbox repeats for ever), and every single
 * answer that is an error, which it then tries again or throws.
 */
const needless = /Limiting retries for the idempotent producer|Connection: Response /

/**
 * Takes the log of kafkajs into ours: its errors and warnings as a warning, at most one in 30 s, and all else as
 * debug. `scrub` takes the secrets out of every text.
 */
export function createKafkaLog(options: {
  log: Log
  clock: Clock
  scrub: (text: string) => string
}): KafkaLog {
  const { log, clock, scrub } = options
  const sparseLog = createSparseLog({ clock, everyMs: quietMs })
  return {
    write({
      namespace,
      level,
      log: { message, timestamp: _time, logger: _logger, stack: _stack, ...extra },
    }) {
      const text = `kafkajs${namespace ? ` ${namespace}` : ''}: ${scrub(String(message))}`
      const fields = scrubFields(extra, scrub)
      const loud = (level === logLevel.ERROR || level === logLevel.WARN) && !needless.test(text)
      if (!loud || !sparseLog('warning', () => log.warn(fields, text))) log.debug(fields, text)
    },
  }
}

/** Only plain values: what kafkajs adds beyond them are protocol objects of any size. */
function scrubFields(extra: Record<string, unknown>, scrub: (text: string) => string) {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(extra)) {
    if (typeof value === 'string') fields[name] = scrub(value)
    else if (typeof value === 'number' || typeof value === 'boolean') fields[name] = value
  }
  return fields
}
