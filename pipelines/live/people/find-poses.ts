import type { TrackUpdate } from '../../../src/clip/await-tracks.ts'
import { createPersonCrops, type PersonCrop } from '../../../src/clip/person-crops.ts'
import type { GatedFrame } from '../../../src/core/frame.ts'
import type { Telemetry } from '../../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../../src/infer/inference-engine.ts'
import { createPoseDecoder, type PoseDecoder } from '../../../src/pose/decode-pose.ts'
import type { PoseReading } from '../../../src/pose/pose-tracks.ts'
import type { PosePlan } from '../plan/plans.ts'

/** An answer for each person who was asked about; null for one who was passed over because inference is saturated. */
export type PoseAnswers = readonly Promise<PoseReading | null>[]

/** Frames and tracks of one camera → crops around people → pose model → keypoints. */
export function createFindPoses(options: {
  plan: PosePlan
  engine: Pick<InferenceEngine, 'bundle' | 'infer' | 'strideScale'>
  telemetry: Telemetry
}): { frame(gated: GatedFrame): PoseAnswers; tracks(update: TrackUpdate): PoseAnswers } {
  const { plan, engine, telemetry } = options
  const { modelName, margin, mostPeople } = plan
  const { widthPx, heightPx } = engine.bundle(modelName).input
  let decoder: { version: string; pose: PoseDecoder } | null = null

  /** A hot swap brings another bundle; its output is read as it says. */
  const decoderOf = (version: string): PoseDecoder => {
    if (decoder?.version !== version) decoder = { version, pose: createPoseDecoder(engine.bundle(modelName)) }
    return decoder.pose
  }
  const crops = createPersonCrops({
    model: { name: modelName, widthPx, heightPx },
    margin,
    mostPeople,
    telemetry,
    strideScale: () => engine.strideScale(modelName),
  })
  const ask = async ({ clip, window, box }: PersonCrop): Promise<PoseReading | null> => {
    const scores = await engine.infer(clip)
    if (!scores) return null
    const { decode, leastScores } = decoderOf(scores.modelVersion)
    return {
      trackId: clip.trackId,
      epoch: clip.epoch,
      ptsUs: clip.lastPtsUs,
      leastScores,
      keypoints: decode(scores.values, window, box),
      bodyPx: Math.max(box.widthPx, box.heightPx),
    }
  }
  return {
    frame: (gated) => crops.frame(gated).map(ask),
    tracks: (update) => crops.tracks(update).map(ask),
  }
}
