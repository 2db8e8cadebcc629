import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import type { Sinks } from '../../src/event/sinks.ts'
import type { MonitorPort, SiteHealth } from '../../src/http/monitor-port.ts'
import type { InferenceEngine, ModelStatus } from '../../src/infer/inference-engine.ts'
import { openDeadLetters } from '../../src/store/tables/dead-letters.ts'
import type { MetricValue, RunningTelemetry } from '../../src/telemetry/create-telemetry.ts'
import { redactText } from '../../src/telemetry/redact-text.ts'
import { createDiskUse } from './disk-use.ts'
import { createHealthWatch, dropKey, type HealthWatch } from './health-watch.ts'
import { createMachineLoad } from './machine-load.ts'

/** How a Vireo that runs is doing. */
export function createMonitor(options: {
  config: () => Config
  engine: Pick<InferenceEngine, 'describe'>
  sinks: Pick<Sinks, 'resend' | 'discard'>
  dataDir: string
  telemetry: Pick<RunningTelemetry, 'read' | 'recent' | 'log'>
  clock: Clock
}): MonitorPort & { close(): void } {
  const { config, engine, sinks, dataDir, telemetry, clock } = options
  const watch = createHealthWatch({ telemetry, clock })
  const diskUse = createDiskUse({ config, clock })
  const letters = openDeadLetters(dataDir)

  return {
    async health(): Promise<SiteHealth> {
      const [drops, restarts, latency, disk] = await Promise.all([
        telemetry.read('vireo_drops_total'),
        telemetry.read('vireo_camera_restarts_total'),
        telemetry.read('vireo_event_latency_seconds'),
        diskUse(),
      ])
      const { forecast, ...sizes } = disk
      return {
        at: new Date(clock.nowMs()).toISOString(),
        cameras: config().cameras.map(({ id }) => ({
          id,
          framesPerS: watch.rate('frames', id),
          restarts: sumOf(restarts, ({ labels }) => labels.camera === id),
          lastMinuteDrops: drops
            .filter(({ labels }) => labels.camera === id)
            .reduce((sum, { labels }) => sum + watch.lastMinute(dropKey(labels)), 0),
        })),
        drops: drops
          .filter(({ value }) => value > 0)
          .map(({ labels, value }) => ({
            stage: String(labels.stage),
            reason: String(labels.reason),
            camera: String(labels.camera),
            lastMinute: watch.lastMinute(dropKey(labels)),
            total: value,
          })),
        latency: latencyOf(latency),
        models: engine.describe().map((model) => modelHealth(model, watch)),
        machine: watch.machine() ?? machineNow(),
        disk: { ...sizes, ...forecast },
      }
    },
    series: (camera) => watch.series(camera),
    logs(wish) {
      const { lines, next, lost } = telemetry.recent.read(wish)
      return {
        lines: lines.map(({ atMs, ...line }) => ({ ...line, at: new Date(atMs).toISOString() })),
        next,
        lost,
      }
    },
    deadLetters({ cursor, limit }) {
      const { items, next } = letters.list(presentFields({ limit, after: cursor }))
      return {
        letters: items.map(({ sink, id, key, attributes, reason, setAsideMs }) => ({
          sink,
          id,
          camera: key,
          type: attributes.type ?? '',
          reason: redactText(reason),
          at: new Date(setAsideMs).toISOString(),
        })),
        next,
      }
    },
    resend: (sink, id) => sinks.resend(sink, id),
    discard: (sink, id) => sinks.discard(sink, id),
    close() {
      watch.close()
      letters.close()
    },
  }
}

function sumOf(values: readonly MetricValue[], wanted: (value: MetricValue) => boolean): number {
  return values.filter(wanted).reduce((sum, { value }) => sum + value, 0)
}

function latencyOf(values: readonly MetricValue[]): SiteHealth['latency'] {
  const stages = [...new Set(values.map(({ labels }) => String(labels.stage)))].filter(
    (stage) => stage !== 'undefined',
  )
  return stages.map((stage) => {
    const own = values.filter(({ labels }) => labels.stage === stage)
    const at = (quantile: number) => {
      const value = own.find(({ labels }) => labels.quantile === quantile)?.value
      return value === undefined || !Number.isFinite(value) ? null : value
    }
    const count = own.find(({ name }) => name.endsWith('_count'))?.value ?? 0
    return { stage, p50S: count > 0 ? at(0.5) : null, p95S: count > 0 ? at(0.95) : null, count }
  })
}

function modelHealth(model: ModelStatus, watch: HealthWatch) {
  const { name, version, kind, ready, workers, strideScale, queuedClips, failedClips, batches } = model
  const refused = workers.flatMap(({ session }) => session?.refused ?? [])
  const ended = workers.flatMap(({ lastError }) => (lastError === null ? [] : [lastError]))
  return {
    name,
    version,
    kind,
    ready,
    providers: [...new Set(workers.flatMap(({ session }) => (session ? [session.provider] : [])))],
    wanted: model.providers,
    problems: [
      ...new Set(
        [...refused.map(({ provider, message }) => `${provider}: ${message}`), ...ended].map(redactText),
      ),
    ],
    strideScale,
    queuedClips,
    failedClips,
    meanRunMs: batches.meanRunMs,
    clipsPerS: watch.rate('clips', name),
  }
}

/** Before the first point was taken. */
function machineNow() {
  const load = createMachineLoad()
  load.close()
  return load.take()
}
