import { ownBehaviours } from '../../../src/config/camera-behaviours.ts'
import { posturePaths } from '../../../src/config/check/behaviour-references.ts'
import { defaultPeople } from '../../../src/config/schema/pose-schema.ts'
import type { CameraConfig, Config } from '../../../src/config/schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { InferenceEngine } from '../../../src/infer/inference-engine.ts'
import { leastStaleUs } from '../../../src/pose/pose-tracks.ts'
import { type DetectorPlan, type PosePlan, personStream } from './plans.ts'
import { skeletonModels } from './watched-bodies.ts'

type Bundles = Pick<InferenceEngine, 'bundle'>

const stalePeriods = 2.5

/** The pose model that watches a camera: the one that it names, or the first among its models; null for none. */
export function poseModelOf(camera: CameraConfig, config: Config, engine: Bundles): string | null {
  const { pose, models } = camera
  if (pose?.model === 'none') return null
  if (pose?.model === undefined) {
    const watching = config.models.filter(({ name }) => models?.includes(name) ?? true)
    return watching.find(({ name }) => engine.bundle(name).kind === 'pose')?.name ?? null
  }
  const { kind } = engine.bundle(pose.model)
  if (kind !== 'pose')
    throw new AppError(
      'CONFIG_INVALID',
      `cameras ${camera.id}: pose.model "${pose.model}" is a model of kind ${kind}, not pose`,
      {
        details: {
          path: ['cameras', config.cameras.findIndex(({ id }) => id === camera.id), 'pose', 'model'],
        },
      },
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
  camera: CameraConfig,
  config: Config,
  engine: Bundles,
  detector: Pick<DetectorPlan, 'leastKeypointScore'>,
): PosePlan | null {
  if (detector.leastKeypointScore !== undefined && camera.pose?.model === undefined) return null
  const modelName = poseModelOf(camera, config, engine)
  const { rules } = ownBehaviours(config, camera.id)
  const asked =
    skeletonModels(camera, config, engine).length > 0 ||
    rules.some(({ enabled, when }) => enabled && when && posturePaths(when).length > 0)
  return modelName === null || !asked ? null : posePlan(modelName, camera, engine)
}

/** At a low rate poses live longer than usual. */
export function poseStaleUs({ spec }: Pick<PosePlan, 'spec'>): number {
  return Math.max(leastStaleUs, (stalePeriods * 1e6) / spec.sampleFps)
}

function posePlan(modelName: string, { pose }: CameraConfig, engine: Bundles): PosePlan {
  const { temporal, pose: decode } = engine.bundle(modelName)
  return {
    modelName,
    spec: personStream(pose?.fps ?? temporal.sampleFps),
    mostPeople: pose?.people ?? defaultPeople,
    margin: decode!.margin,
  }
}
