import { type Clip, clipSource, type Scores } from '../core/clip.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import type { SparseLog } from '../core/time/sparse-log.ts'
import type { StreamStates } from './stream-states.ts'
import type { BatchOutcome } from './worker-lane.ts'

export interface FinishBatchOptions {
  /** Name in the configuration; it is in the scores and metrics. */
  readonly modelName: string
  readonly version: string
  readonly labels: readonly string[]
  /** Values of one clip when they are a detector's raw output; null when they are a score for each label. */
  readonly rawLength?: number | null
  /** Errors of one clip when an anomaly model gives them; null for any other model. */
  readonly places?: number | null
  /** Null for a model without state. */
  readonly states: StreamStates | null
  readonly telemetry: Telemetry
  readonly sparseLog: SparseLog
  /** So many clips got no scores through a fault of the model. */
  readonly failed: (clips: number) => void
}

/**
 * Makes scores of a batch's outcome. A clip gets null, counted, when the run failed (`run_failed`, `worker_lost`),
 * when a score is NaN or infinite (`not_finite`: never an alert), or while a stream warms up (`warmup`).
 */
export function createFinishBatch(options: FinishBatchOptions) {
  const {
    modelName,
    version,
    labels,
    rawLength = null,
    places = null,
    states,
    telemetry,
    sparseLog,
    failed,
  } = options
  const rowLength = rawLength ?? places ?? labels.length
  const drop = (clip: Clip, reason: string) => {
    countDrop(telemetry, { stage: 'infer', reason, cameraId: clip.cameraId })
    return null
  }
  const fault = (reason: string, fields: Record<string, unknown>, text: string) => {
    telemetry.count('vireo_infer_faults_total', { model: modelName, reason })
    sparseLog(reason, (held) =>
      telemetry.log.error({ code: 'MODEL_INFERENCE', model: modelName, held, ...fields }, text),
    )
  }

  return (clips: readonly Clip[], outcome: BatchOutcome): (Scores | null)[] => {
    if (outcome.kind !== 'scored') {
      const reason = outcome.kind === 'failed' ? 'run_failed' : 'worker_lost'
      failed(clips.length)
      fault(reason, { clips: clips.length, reason: outcome.message }, 'a batch was dropped')
      return clips.map((clip) => drop(clip, reason))
    }
    const { values, runMs } = outcome
    telemetry.observe('vireo_infer_run_seconds', { model: modelName }, runMs / 1000)
    const warm = states?.keep(clips, outcome.states)
    return clips.map((clip, row) => {
      const [from, to] = [row * rowLength, (row + 1) * rowLength]
      // A raw output is long and read once: a view will do, and decoding leaves out what is no number.
      const own = rawLength === null ? values.slice(from, to) : values.subarray(from, to)
      if (rawLength === null && !own.every(Number.isFinite)) {
        states?.reset(clipSource(clip))
        failed(1)
        fault('not_finite', { camera: clip.cameraId }, 'the model gave a score that is not a finite number')
        return drop(clip, 'not_finite')
      }
      if (warm && !warm[row]) return drop(clip, 'warmup')
      telemetry.count('vireo_infer_clips_total', { model: modelName })
      return {
        cameraId: clip.cameraId,
        epoch: clip.epoch,
        modelName,
        modelVersion: version,
        labels,
        values: own,
        ...(clip.trackId !== undefined && { trackId: clip.trackId }),
        firstPtsUs: clip.firstPtsUs,
        lastPtsUs: clip.lastPtsUs,
        firstArrivalMs: clip.firstArrivalMs,
        lastArrivalMs: clip.lastArrivalMs,
        lastArrivalMonoMs: clip.lastArrivalMonoMs,
      }
    })
  }
}
