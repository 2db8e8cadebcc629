import { AppError } from '../../../src/core/errors.ts'
import type { CameraFacts } from './camera-facts.ts'
import type { DetectorPlan, PosePlan } from './plans.ts'

/** The models of kind skeleton that watch a camera: they need people who are followed, and their keypoints. */
export function skeletonModels({ models }: Pick<CameraFacts, 'models'>): string[] {
  return models.filter(({ watches, bundle }) => watches && bundle.kind === 'skeleton').map(({ name }) => name)
}

/** @throws AppError CONFIG_INVALID when a model looks at keypoints on a camera where nothing finds them. */
export function refuseWithoutBodies(
  facts: CameraFacts,
  found: { detector: DetectorPlan | null; pose: PosePlan | null },
): void {
  const { camera, at, models } = facts
  const [name] = skeletonModels(facts)
  const { detector, pose } = found
  if (name === undefined || detector?.leastKeypointScore !== undefined || pose) return
  const missing = detector
    ? 'nothing finds them: add a model that finds people with their keypoints (vireo model install people) or a pose model (vireo model install pose) to its models'
    : 'nobody is followed: its detector is none'
  const path = camera.models
    ? ['cameras', at, 'models', camera.models.indexOf(name)]
    : ['models', models.findIndex((model) => model.name === name)]
  throw new AppError(
    'CONFIG_INVALID',
    `camera "${camera.id}": model "${name}" of kind skeleton looks at the keypoints of people, and ${missing}; or leave the model out of the models of this camera`,
    { details: { path } },
  )
}
