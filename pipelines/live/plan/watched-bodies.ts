import type { CameraConfig, Config } from '../../../src/config/schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { InferenceEngine } from '../../../src/infer/inference-engine.ts'
import type { DetectorPlan, PosePlan } from './plans.ts'

type Bundles = Pick<InferenceEngine, 'bundle'>

/** The models of kind skeleton that watch a camera: they need people who are followed, and their keypoints. */
export function skeletonModels(camera: CameraConfig, config: Config, engine: Bundles): string[] {
  return config.models
    .map(({ name }) => name)
    .filter((name) => camera.models?.includes(name) ?? true)
    .filter((name) => engine.bundle(name).kind === 'skeleton')
}

/** @throws AppError CONFIG_INVALID when a model looks at keypoints on a camera where nothing finds them. */
export function refuseWithoutBodies(
  camera: CameraConfig,
  config: Config,
  engine: Bundles,
  found: { detector: DetectorPlan | null; pose: PosePlan | null },
): void {
  const [name] = skeletonModels(camera, config, engine)
  const { detector, pose } = found
  if (name === undefined || detector?.leastKeypointScore !== undefined || pose) return
  const missing = detector
    ? 'nothing finds them: add a model that finds people with their keypoints (vireo model install people) or a pose model (vireo model install pose) to its models'
    : 'nobody is followed: its detector is none'
  const at = config.cameras.findIndex(({ id }) => id === camera.id)
  const path = camera.models
    ? ['cameras', at, 'models', camera.models.indexOf(name)]
    : ['models', config.models.findIndex((model) => model.name === name)]
  throw new AppError(
    'CONFIG_INVALID',
    `camera "${camera.id}": model "${name}" of kind skeleton looks at the keypoints of people, and ${missing}; or leave the model out of the models of this camera`,
    { details: { path } },
  )
}
