import type { Fragment } from '../../../src/core/frame.ts'
import { noTelemetry, type Telemetry } from '../../../src/core/telemetry-port.ts'

export const fragmentUs = 200_000

export function initFragment(more: Partial<Fragment> = {}): Fragment {
  return {
    ...mediaFragment(0),
    kind: 'init',
    keyframe: false,
    durationUs: 0,
    data: boxOf('moov', 8),
    ...more,
  }
}

/** The nth fragment of a stream in which every fifth begins with a keyframe (one second). */
export function mediaFragment(index: number, more: Partial<Fragment> = {}): Fragment {
  return {
    cameraId: 'gate',
    epoch: 1,
    kind: 'media',
    keyframe: index % 5 === 0,
    ptsUs: index * fragmentUs,
    durationUs: fragmentUs,
    arrivalMs: 1_800_000_000_000 + (index * fragmentUs) / 1000,
    data: boxOf('mdat', 100, index),
    ...more,
  }
}

/** Telemetry that remembers the drops of the recorder by reason, and every other counter by name and labels. */
export function countingTelemetry() {
  const drops: Record<string, number> = {}
  const counts: Record<string, number> = {}
  const logs: {
    readonly level: string
    readonly fields: Record<string, unknown>
    readonly message: string
  }[] = []
  const level = (name: string) => (fields: Record<string, unknown>, message: string) => {
    logs.push({ level: name, fields, message })
  }
  const telemetry: Telemetry = {
    ...noTelemetry,
    count(metric, labels: Record<string, string>, by = 1) {
      const key =
        metric === 'vireo_drops_total' ? labels.reason! : `${metric} ${Object.values(labels).join(' ')}`
      const table = metric === 'vireo_drops_total' ? drops : counts
      table[key] = (table[key] ?? 0) + by
    },
    log: { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') },
  }
  return { telemetry, drops, counts, logs }
}

/** A box of `size` bytes, filled with one value. */
export function boxOf(type: string, size: number, value = 0): Buffer {
  const bytes = Buffer.alloc(size, value)
  bytes.writeUInt32BE(size)
  bytes.write(type, 4, 'latin1')
  return bytes
}
