import { type DestinationStream, pino } from 'pino'
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client'
import { AppError } from '../core/errors.ts'
import { type Metric, metricTable } from '../core/metrics/metric-table.ts'
import type { Log, Telemetry } from '../core/telemetry-port.ts'
import { cleanLine, cleanText } from '../core/text/clean-text.ts'
import { createLineWriter } from './line-writer.ts'
import { createLogRing, type LogRing } from './log-ring.ts'
import { redactFields, redactText } from './redact-text.ts'

export interface TelemetryOptions {
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly pretty?: boolean
  /** Where log lines go; stderr when absent. `pretty` has no effect on it. */
  readonly destination?: DestinationStream
}

export interface RunningTelemetry extends Telemetry {
  /** Prometheus text. */
  metricsText(): Promise<string>
  readonly metricsContentType: string
  /** The values of one metric now; of a summary each quantile, with `_sum` and `_count` under their names. */
  read(name: keyof typeof metricTable): Promise<readonly MetricValue[]>
  /** The latest lines of the log. */
  readonly recent: LogRing
  close(): void
}

export interface MetricValue {
  readonly name: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

type Instrument = Counter | Gauge | Histogram | Summary

/** Log and metrics of one process. Nothing global: two of them do not meet. */
export function createTelemetry(options: TelemetryOptions = {}): RunningTelemetry {
  const registry = new Registry()
  const recent = createLogRing()
  const instruments = new Map<string, { metric: Metric; instrument: Instrument }>()
  for (const [name, metric] of Object.entries<Metric>(metricTable))
    instruments.set(name, { metric, instrument: instrumentOf(name, metric, registry) })

  const declared = (name: string, labels: Record<string, string>, types: readonly Metric['type'][]) => {
    const entry = instruments.get(name)
    if (!entry) throw new AppError('BUG_UNEXPECTED', `metric ${name} is not declared in metric-table.ts`)
    const { metric, instrument } = entry
    if (!types.includes(metric.type))
      throw new AppError('BUG_UNEXPECTED', `metric ${name} is a ${metric.type}, not a ${types.join(' or ')}`)
    const given = Object.keys(labels)
    if (given.length !== metric.labels.length || given.some((label) => !metric.labels.includes(label)))
      throw new AppError(
        'BUG_UNEXPECTED',
        `metric ${name} has labels {${metric.labels.join(',')}}, not {${given.join(',')}}`,
      )
    return instrument
  }

  const count: Telemetry['count'] = (name, labels, by = 1) =>
    (declared(name, labels, ['counter']) as Counter).inc(labels, by)
  return {
    count,
    gauge: (name, labels, value) => (declared(name, labels, ['gauge']) as Gauge).set(labels, value),
    observe: (name, labels, seconds) =>
      (declared(name, labels, ['histogram', 'summary']) as Histogram | Summary).observe(labels, seconds),
    log: createLog(options, recent, (lines) => count('vireo_log_lines_lost_total', {}, lines)),
    metricsText: async () => cleanText(await registry.metrics()),
    metricsContentType: registry.contentType,
    async read(name) {
      const { values } = await instruments.get(name)!.instrument.get()
      return values.map(({ labels, value, ...more }) => ({
        name: 'metricName' in more ? String(more.metricName ?? name) : name,
        labels: labels as MetricValue['labels'],
        value,
      }))
    },
    recent,
    close: () => registry.clear(),
  }
}

function instrumentOf(name: string, metric: Metric, registry: Registry): Instrument {
  const base = { name, help: metric.help, labelNames: [...metric.labels], registers: [registry] }
  if (metric.type === 'counter') return new Counter(base)
  if (metric.type === 'gauge') return new Gauge(base)
  if (metric.type === 'histogram') return new Histogram({ ...base, buckets: [...(metric.buckets ?? [])] })
  return new Summary({
    ...base,
    percentiles: [0.5, 0.95, 0.99],
    maxAgeSeconds: 300,
    ageBuckets: 5,
    pruneAgedBuckets: false,
  })
}

function createLog(options: TelemetryOptions, recent: LogRing, onLost: (lines: number) => void): Log {
  const { level = 'info', pretty = false, destination } = options
  const settings = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // redactFields has already made plain objects of errors.
    serializers: { err: (error: unknown) => error },
  }
  const logger = destination
    ? pino(settings, destination)
    : pretty
      ? pino(settings, prettyDestination(onLost))
      : pino(settings, createLineWriter(2, onLost))
  const at = (method: keyof Log) => (given: Record<string, unknown>, text: string) => {
    if (!logger.isLevelEnabled(method)) return
    const fields = redactFields(given) as Record<string, unknown>
    const message = cleanLine(redactText(text))
    recent.take({ atMs: Date.now(), level: method, message, fields })
    logger[method](fields, message)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Lines for people, made in a thread of their own; when that fails, they are lost and nothing else is. */
function prettyDestination(onLost: (lines: number) => void): DestinationStream {
  const stream = pino.transport({ target: 'pino-pretty', options: { destination: 2 } })
  let gone = false
  stream.on('error', () => {
    gone = true
    onLost(1)
  })
  return { write: (line) => (gone ? onLost(1) : void stream.write(line)) }
}
