import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import { clipEndings, type RecordedClip } from '../../src/core/recorded-clip.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { CameraTraceEntry } from '../../src/http/footage/trace-port.ts'
import { encodeScores, type ScoreFile } from '../../src/record/clip/score-file.ts'
import { createSideFiles } from '../../src/record/clip/side-files.ts'
import { scheduleOf } from '../live/attach-camera.ts'
import type { CameraPlan } from '../live/plan/plan-camera.ts'
import { type CameraTrace, createCameraTrace } from '../live/trace/camera-trace.ts'
import { tellTrace } from '../live/trace/tell-trace.ts'

/** The last minutes of all cameras that run. */
export interface Traces {
  /** The memory of a camera: that which it had, where it only has another plan now. */
  of(plan: CameraPlan): CameraTrace
  /** It has other thresholds and times. */
  retuned(plan: CameraPlan): void
  detached(cameraId: string): void
  /** @throws AppError CAMERA_NOT_FOUND */
  trace(cameraId: string, atMs: number, spanMs: number): CameraTraceEntry
  /** Keeps the scores around an alert beside its clip. */
  clipFinished(clip: RecordedClip): void
  /** Resolves when all is written. */
  close(): Promise<void>
}

/** Scores so long before and after a clip belong to its curve. */
const marginMs = 2000

export function createTraces(options: { clock: Pick<Clock, 'monoMs'>; telemetry: Telemetry }): Traces {
  const { clock, telemetry } = options
  const known = new Map<string, { readonly trace: CameraTrace; readonly plan: CameraPlan }>()
  const files = createSideFiles({
    ending: clipEndings.scores,
    trouble: 'the scores of a clip are not kept',
    log: telemetry.log,
  })
  const take = (plan: CameraPlan) => {
    const trace = known.get(plan.camera.id)?.trace ?? createCameraTrace(clock)
    known.set(plan.camera.id, { trace, plan })
    return trace
  }
  const scoresOf = ({ alertId, cameraId, startedMs, durationMs }: RecordedClip): ScoreFile | null => {
    const found = known.get(cameraId)
    const step = found?.trace.steps().find((each) => each.alertId === alertId)
    const rule = found?.plan.rules.find(({ name }) => name === step?.rule)
    if (!found || !step || !rule) return null
    const { name, label, onThreshold, offThreshold } = rule
    const points = found.trace.looks().flatMap(({ model, trackId, toMs, scores }) => {
      const atMs = Math.round(toMs - startedMs)
      const score = scores?.values[scores.labels.indexOf(label)]
      if (score === undefined || Number.isNaN(score) || atMs < -marginMs || atMs > durationMs + marginMs)
        return []
      return [{ line: trackId === null ? model : `${model} · ${trackId}`, atMs, score: rounded(score) }]
    })
    if (points.length === 0) return null
    const lines = [...Map.groupBy(points, ({ line }) => line)].map(([line, own]) => ({
      name: line,
      points: own.map(({ atMs, score }) => ({ atMs, score })),
    }))
    return { alertId, rule: name, label, onThreshold, offThreshold, lines }
  }
  return {
    of: take,
    retuned: (plan) => void take(plan),
    detached: (cameraId) => void known.delete(cameraId),
    trace(cameraId, atMs, spanMs) {
      const found = known.get(cameraId)
      if (!found) throw new AppError('CAMERA_NOT_FOUND', `camera "${cameraId}" does not run`)
      const { trace, plan } = found
      const motionThreshold = plan.camera.motion.threshold
      return tellTrace({
        cameraId,
        trace,
        rules: plan.rules,
        motionThreshold,
        armed: scheduleOf(plan),
        atMs,
        spanMs,
      })
    },
    clipFinished(clip) {
      const scores = scoresOf(clip)
      if (scores) files.write(clip, encodeScores(scores))
    },
    close: files.close,
  }
}

const rounded = (value: number) => Math.round(value * 1000) / 1000
