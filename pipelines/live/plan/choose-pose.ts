import { posturePaths } from '../../../src/config/check/behaviour-references.ts'
import { defaultPeople } from '../../../src/config/schema/pose-schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import { leastStaleUs } from '../../../src/pose/pose-tracks.ts'
import type { CameraFacts } from './camera-facts.ts'
import { type DetectorPlan, type PosePlan, personStream } from './plans.ts'
import { skeletonModels } from './watched-bodies.ts'

const stalePeriods = 2.5

/** The pose model that watches a camera: the one that it names, or the first among its models; null for none. */
export function poseModelOf({ camera, at, models, bundle }: CameraFacts): string | null {
  const { pose } = camera
  if (pose?.model === 'none') return null
  if (pose?.model === undefined)
    return models.find((model) => model.watches && model.bundle.kind === 'pose')?.name ?? null
  const { kind } = bundle(pose.model)
  if (kind !== 'pose')
    throw new AppError(
      'CONFIG_INVALID',
      `cameras ${camera.id}: pose.model "${pose.model}" is a model of kind ${kind}, not pose`,
      { details: { path: ['cameras', at, 'pose', 'model'] } },
    )
  return pose.model
}

/**
 * How the people of a camera are looked at one by one; null where neither a rule of it asks for a posture nor a model for
 * their bodies, no model could tell, or its detector finds keypoints itself and the camera names no other model for them.
 *
 * @throws AppError CONFIG_INVALID when the model that it names is of another kind.
 */
export function choosePose(
  facts: CameraFacts,
  detector: Pick<DetectorPlan, 'leastKeypointScore'>,
): PosePlan | null {
  const { camera, own } = facts
  if (detector.leastKeypointScore !== undefined && camera.pose?.model === undefined) return null
  const modelName = poseModelOf(facts)
  const asked =
    skeletonModels(facts).length > 0 ||
    own.rules.some(({ enabled, when }) => enabled && when && posturePaths(when).length > 0)
  return modelName === null || !asked ? null : posePlan(modelName, facts)
}

/** At a low rate poses live longer than usual. */
export function poseStaleUs({ spec }: Pick<PosePlan, 'spec'>): number {
  return Math.max(leastStaleUs, (stalePeriods * 1e6) / spec.sampleFps)
}

function posePlan(modelName: string, { camera: { pose }, bundle }: CameraFacts): PosePlan {
  const { temporal, pose: decode } = bundle(modelName)
  return {
    modelName,
    spec: personStream(pose?.fps ?? temporal.sampleFps),
    mostPeople: pose?.people ?? defaultPeople,
    margin: decode!.margin,
  }
}
