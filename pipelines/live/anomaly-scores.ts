import type { Scores } from '../../src/core/clip.ts'
import type { Clock } from '../../src/core/clock.ts'
import { countDrop, type Telemetry } from '../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../src/infer/inference-engine.ts'
import { type AnomalyCalibration, anomalyScore } from '../../src/train/anomaly/anomaly-calibration.ts'
import { calibrationPath, graphSha256, readCalibration } from '../../src/train/anomaly/anomaly-store.ts'

/** A camera that was calibrated, or calibrated anew, while Vireo runs is noticed after this time. */
const lookEveryMs = 60_000

export interface AnomalyScoresOptions {
  readonly cameraId: string
  readonly engine: Pick<InferenceEngine, 'bundle'>
  readonly dir: string
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/**
 * Turns the errors of anomaly models into the score of their label by the camera's calibration; scores of other models
 * pass as they are. Without a calibration that fits the version the score is withheld (null), counted as dropped, and
 * said once for each version.
 */
export function anomalyScores(options: AnomalyScoresOptions): (scores: Scores) => Scores | null {
  const { cameraId, engine, dir, clock, telemetry } = options
  const known = new Map<string, { found: AnomalyCalibration | string; untilMs: number }>()
  const warned = new Set<string>()

  return (scores) => {
    const bundle = engine.bundle(scores.modelName)
    if (!bundle.anomaly) return scores
    const version = { name: bundle.name, version: scores.modelVersion }
    const path = calibrationPath(dir, version, cameraId)
    const nowMs = clock.monoMs()
    let entry = known.get(path)
    if (!entry || nowMs >= entry.untilMs) {
      entry = { found: readCalibration(path, graphSha256(bundle)), untilMs: nowMs + lookEveryMs }
      known.set(path, entry)
    }
    const { found } = entry
    if (typeof found !== 'string' && found.medians.length === scores.values.length) {
      warned.delete(path)
      return { ...scores, values: Float32Array.of(anomalyScore(found, scores.values)) }
    }
    countDrop(telemetry, { stage: 'infer', reason: 'uncalibrated', cameraId })
    if (!warned.has(path)) {
      warned.add(path)
      telemetry.log.warn(
        { camera: cameraId, model: scores.modelName, version: scores.modelVersion, path },
        `no anomaly scores for this camera: its calibration cannot be used (${typeof found === 'string' ? found : 'it has other places'}); run vireo model calibrate ${scores.modelName} --camera ${cameraId} on normal footage`,
      )
    }
    return null
  }
}
