import type { Telemetry } from '../core/telemetry-port.ts'

export interface StagedTelemetry extends Telemetry {
  /**
   * `waiting`: counts nothing of the live path, and says in every log line that it is not live. `live`: as it is.
   * `leaving`: leaves gauges to the version that took over.
   */
  stage: 'waiting' | 'live' | 'leaving'
}

/** Telemetry of one version of a model, so that two versions of a model that run side by side do not mix. */
export function stageTelemetry(telemetry: Telemetry, stage: StagedTelemetry['stage']): StagedTelemetry {
  const gauges = new Map<string, Parameters<Telemetry['gauge']>>()
  let current = stage
  const log = (level: keyof Telemetry['log']) => (fields: Record<string, unknown>, message: string) =>
    telemetry.log[level](current === 'live' ? fields : { ...fields, stage: current }, message)
  return {
    get stage() {
      return current
    },
    set stage(next) {
      if (next === 'live' && current === 'waiting')
        for (const gauge of gauges.values()) telemetry.gauge(...gauge)
      current = next
    },
    count(metric, labels, by) {
      if (current !== 'waiting') telemetry.count(metric, labels, by)
      else if (metric === 'vireo_drops_total') telemetry.count(metric, { ...labels, stage: 'shadow' }, by)
    },
    gauge(metric, labels, value) {
      gauges.set(JSON.stringify([metric, labels]), [metric, labels, value])
      if (current === 'live') telemetry.gauge(metric, labels, value)
    },
    observe(metric, labels, seconds) {
      if (current !== 'waiting') telemetry.observe(metric, labels, seconds)
    },
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
  }
}
