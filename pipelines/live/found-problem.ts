import type { BehaviourProblem } from '../../src/config/check/behaviour-references.ts'
import type { CameraConfig } from '../../src/config/schema.ts'

/** Something in a configuration that `vireo run` would refuse. */
export interface FoundProblem extends BehaviourProblem {
  /** It concerns this camera alone: the others can run. */
  readonly cameraId?: string
  readonly camera?: CameraConfig
}
