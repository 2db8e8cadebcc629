import type { MetricLabels, MetricName } from './metrics/metric-names.ts'

/** What stages report through. Implementations live in src/telemetry; tests pass `noTelemetry`. */
export interface Telemetry {
  /** Adds to a counter. Names and labels are those of src/core/metrics/metric-table.ts. */
  count<Name extends MetricName<'counter'>>(metric: Name, labels: MetricLabels<Name>, by?: number): void
  gauge<Name extends MetricName<'gauge'>>(metric: Name, labels: MetricLabels<Name>, value: number): void
  /** Records one duration in seconds. */
  observe<Name extends MetricName<'histogram' | 'summary'>>(
    metric: Name,
    labels: MetricLabels<Name>,
    seconds: number,
  ): void
  readonly log: Log
}

export interface Log {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

/** Every place that may discard something calls this, so that no drop is silent. */
export function countDrop(
  telemetry: Telemetry,
  drop: { stage: string; reason: string; cameraId: string; count?: number },
): void {
  telemetry.count(
    'vireo_drops_total',
    { stage: drop.stage, reason: drop.reason, camera: drop.cameraId },
    drop.count ?? 1,
  )
}

const silent = () => {}

export const noTelemetry: Telemetry = {
  count: silent,
  gauge: silent,
  observe: silent,
  log: { debug: silent, info: silent, warn: silent, error: silent },
}
