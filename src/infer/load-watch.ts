import type { Clock } from '../core/clock.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { createStrideController } from './stride-controller.ts'

/** Gathers the load of one model and sets its stride scale every two seconds. */
export interface LoadWatch {
  /** See StrideController.scale. */
  readonly scale: number
  /** A clip was offered to the queue. */
  offered(): void
  /** A clip was dropped because its camera's queue was full. */
  dropped(): void
  /** Clips were dispatched after waiting so long. */
  waited(waitsMs: readonly number[]): void
  /** A batch was run. */
  ran(runMs: number): void
  close(): void
}

export interface LoadWatchOptions {
  readonly model: string
  /** Time between two clips of a camera when strides are not lengthened. */
  readonly clipMs: number
  readonly workers: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

const intervalMs = 2000
const nothing = { offered: 0, dropped: 0, dispatched: 0, waitMs: 0, runMs: 0 }

export function createLoadWatch(options: LoadWatchOptions): LoadWatch {
  const { model, clipMs, workers, clock, telemetry } = options
  const controller = createStrideController()
  let sum = { ...nothing }
  let sinceMs = clock.monoMs()

  const report = () => telemetry.gauge('vireo_stride_scale', { model }, controller.scale)
  const look = () => {
    const nowMs = clock.monoMs()
    const { offered, dropped, dispatched, waitMs, runMs } = sum
    const before = controller.scale
    const load = {
      offered,
      dropped,
      busyShare: Math.min(1, runMs / (workers * Math.max(1, nowMs - sinceMs))),
      waitMs: waitMs / Math.max(1, dispatched),
      periodMs: clipMs * before,
    }
    const scale = controller.observe(load)
    if (scale !== before) {
      report()
      const fields = { model, scale: Number(scale.toFixed(2)), ...load }
      if (scale > before)
        telemetry.log.warn(fields, 'inference is saturated: strides of all its cameras grow')
      else telemetry.log.info(fields, 'inference has room again: strides of all its cameras shrink')
    }
    sum = { ...nothing }
    sinceMs = nowMs
    cancel = clock.after(intervalMs, look)
  }
  let cancel = clock.after(intervalMs, look)
  report()

  return {
    get scale() {
      return controller.scale
    },
    offered() {
      sum.offered += 1
    },
    dropped() {
      sum.dropped += 1
    },
    waited(waitsMs) {
      sum.dispatched += waitsMs.length
      for (const waitMs of waitsMs) sum.waitMs += waitMs
    },
    ran(runMs) {
      sum.runMs += runMs
    },
    close: () => cancel(),
  }
}
