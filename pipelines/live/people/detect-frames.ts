import type { Clip } from '../../../src/core/clip.ts'
import type { Detection } from '../../../src/core/detection.ts'
import { type Frame, type GatedFrame, type PictureArea, pictureArea } from '../../../src/core/frame.ts'
import { createDetectionDecoder, type DetectionDecoder } from '../../../src/detect/decode-detections.ts'
import { keepOutside } from '../../../src/detect/keep-outside.ts'
import { findBlobs } from '../../../src/detect/motion-blobs.ts'
import type { InferenceEngine } from '../../../src/infer/inference-engine.ts'
import { createIgnoredBlocks } from '../../../src/motion/ignored-blocks.ts'
import { createMotionMask } from '../../../src/motion/motion-mask.ts'
import type { DetectorPlan } from '../plan/plans.ts'
import { mergeAnswers, viewsOf } from './detect-views.ts'
import type { Moment } from './scene-watch.ts'

/** What became of one frame. */
export interface Detected {
  readonly moment: Moment
  readonly area: PictureArea
  /** Null: nothing moved, so nobody was asked. */
  readonly detections: readonly Detection[] | null
}

/** While nothing moves the detector is still asked so often: what it got wrong last must not stay for ever. */
const quietEveryUs = 5_000_000

/**
 * Asks the detector of one camera about its frames: all frames while something moves, one now and then otherwise.
 * Answers null for a frame that was passed over because inference is saturated.
 */
export function createDetect(options: {
  plan: DetectorPlan
  engine: Pick<InferenceEngine, 'bundle' | 'infer' | 'strideScale'>
}): (gated: GatedFrame) => Promise<Detected | null> {
  const { plan, engine } = options
  const { modelName, spec } = plan
  const ignore = plan.ignore ?? []
  const mask = createMotionMask()
  const ignored = createIgnoredBlocks(ignore, spec.fit)
  let decoder: { version: string; decode: DetectionDecoder } | null = null
  let asked: { epoch: number; ptsUs: number } | null = null
  let passed = 0

  /** A hot swap brings another bundle; its output is read as it says. */
  const decoderOf = (name: string, version: string): DetectionDecoder => {
    if (decoder?.version !== version)
      decoder = { version, decode: createDetectionDecoder(engine.bundle(name)) }
    return decoder.decode
  }
  const kept = (found: readonly Detection[], area: PictureArea) => keepOutside(found, ignore, area)
  const maskOf = (frame: Frame) => {
    const taken = mask.take(frame)
    const blocks = ignored(frame)
    // So that what is ignored does not join with somebody beside it.
    if (blocks) for (let at = 0; at < blocks.length; at += 1) if (blocks[at] === 1) taken.cells[at] = 0
    return taken
  }
  const isDue = ({ epoch, ptsUs }: Frame, active: boolean) =>
    active || asked === null || asked.epoch !== epoch || ptsUs - asked.ptsUs >= quietEveryUs

  /** All views of a frame at once, so that they share a batch; of a frame that is only half answered nothing is told. */
  const askAll = async (frame: Frame, name: string, detected: Omit<Detected, 'detections'>) => {
    const { input, decode } = engine.bundle(name)
    const tile = { widthPx: input.widthPx, heightPx: input.heightPx }
    const views = viewsOf(frame, { grid: plan.tiles!, tile, fit: decode!.fit })
    const answers = await Promise.all(
      views.map(async (view) => {
        const scores = await engine.infer({ ...clipOf(view.frame, name), trackId: view.id })
        return scores && { view, values: scores.values, version: scores.modelVersion }
      }),
    )
    const whole = answers.filter((answer) => answer !== null)
    const [first] = whole
    if (!first || whole.length < views.length || whole.some(({ version }) => version !== first.version))
      return null
    return {
      ...detected,
      detections: kept(mergeAnswers(whole, decoderOf(name, first.version), detected.area), detected.area),
    }
  }

  return async ({ frame, active }) => {
    const { epoch, ptsUs, arrivalMs, arrivalMonoMs } = frame
    const area = pictureArea(frame, spec.fit)
    const detected = { moment: { epoch, ptsUs, arrivalMs, arrivalMonoMs }, area }
    if (modelName === null) return { ...detected, detections: kept(findBlobs(maskOf(frame), area), area) }
    if (!isDue(frame, active)) return { ...detected, detections: null }
    passed += 1
    if (passed < Math.round(engine.strideScale(modelName))) return null
    passed = 0
    asked = { epoch, ptsUs }
    if (plan.tiles) return askAll(frame, modelName, detected)
    const scores = await engine.infer(clipOf(frame, modelName))
    return (
      scores && {
        ...detected,
        detections: kept(decoderOf(modelName, scores.modelVersion)(scores.values, area), area),
      }
    )
  }
}

function clipOf(frame: Frame, modelName: string): Clip {
  const { cameraId, epoch, ptsUs, arrivalMs, arrivalMonoMs } = frame
  return {
    cameraId,
    epoch,
    modelName,
    frames: [frame],
    firstPtsUs: ptsUs,
    lastPtsUs: ptsUs,
    firstArrivalMs: arrivalMs,
    lastArrivalMs: arrivalMs,
    lastArrivalMonoMs: arrivalMonoMs,
  }
}
