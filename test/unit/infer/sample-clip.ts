import type { Clip } from '../../../src/core/clip.ts'
import type { Frame } from '../../../src/core/frame.ts'
import { noTelemetry, type Telemetry } from '../../../src/core/telemetry-port.ts'

export interface ClipChanges {
  readonly cameraId?: string
  readonly modelName?: string
  readonly epoch?: number
  /** Number of its first frame; frames are 125 ms apart from PTS 0 on. */
  readonly seq?: number
  readonly frames?: number
  readonly widthPx?: number
  readonly heightPx?: number
  /** Bytes of frame `index`. */
  readonly fill?: (index: number, length: number) => Uint8Array
}

/** A clip at 8 fps; a grey one unless `fill` says otherwise. */
export function sampleClip(changes: ClipChanges = {}): Clip {
  const { cameraId = 'gate', modelName = 'm', epoch = 1, seq = 0, widthPx = 2, heightPx = 2 } = changes
  const { fill = (_, length) => new Uint8Array(length).fill(128) } = changes
  const frames: Frame[] = Array.from({ length: changes.frames ?? 2 }, (_, index) => ({
    cameraId,
    epoch,
    seq: seq + index,
    ptsUs: (seq + index) * 125_000,
    arrivalMs: 1_000_000 + (seq + index) * 125,
    arrivalMonoMs: (seq + index) * 125,
    widthPx,
    heightPx,
    data: fill(index, widthPx * heightPx * 3),
  }))
  const first = frames[0]!
  const last = frames.at(-1)!
  return {
    cameraId,
    epoch,
    modelName,
    frames,
    firstPtsUs: first.ptsUs,
    lastPtsUs: last.ptsUs,
    firstArrivalMs: first.arrivalMs,
    lastArrivalMs: last.arrivalMs,
    lastArrivalMonoMs: last.arrivalMonoMs,
  }
}

/** Telemetry that remembers drops by reason, other counters by name, gauges and log lines. */
export function createRecorder() {
  const drops: Record<string, number> = {}
  const counts: Record<string, number> = {}
  const gauges: Record<string, number> = {}
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = []
  const line = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void lines.push({ level, message, fields })
  const telemetry: Telemetry = {
    ...noTelemetry,
    count(metric, labels: Record<string, string>, by = 1) {
      if (metric === 'vireo_drops_total') drops[labels.reason!] = (drops[labels.reason!] ?? 0) + by
      else counts[metric] = (counts[metric] ?? 0) + by
    },
    gauge: (metric, labels, value) => {
      gauges[[metric, ...Object.values(labels)].join(' ')] = value
    },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
  }
  return { telemetry, drops, counts, gauges, lines }
}
