import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import {
  type CameraBehaviours,
  cameraBehaviours,
  ownBehaviours,
} from '../../../src/config/camera-behaviours.ts'
import type { CameraConfig, Config } from '../../../src/config/schema.ts'

/** What a plan asks of the models: their bundles by name. */
export interface BundleLookup {
  bundle(name: string): Bundle
}

/** A model of the configuration. */
export interface KnownModel {
  readonly name: string
  readonly scope: 'scene' | 'person' | undefined
  readonly bundle: Bundle
  /** Whether it may look at this camera. */
  readonly watches: boolean
}

/** What everything about a camera is chosen from: its part of the configuration and its models, read once. */
export interface CameraFacts {
  readonly camera: CameraConfig
  /** Where it stands among the cameras of the configuration. */
  readonly at: number
  /** Those of the whole configuration, in its order. */
  readonly models: readonly KnownModel[]
  /** With the places and rules of all cameras, under which mistakes are told. */
  readonly behaviours: CameraBehaviours
  /** The part of it that can change what happens on this camera. */
  readonly own: CameraBehaviours
  /** Also of a model that the camera names itself. */
  bundle(name: string): Bundle
}

export function cameraFacts(camera: CameraConfig, config: Config, lookup: BundleLookup): CameraFacts {
  const behaviours = cameraBehaviours(config, camera.id)
  return {
    camera,
    at: config.cameras.findIndex(({ id }) => id === camera.id),
    models: config.models.map(({ name, scope }) => ({
      name,
      scope,
      bundle: lookup.bundle(name),
      watches: camera.models?.includes(name) ?? true,
    })),
    behaviours,
    own: ownBehaviours(behaviours),
    bundle: (name) => lookup.bundle(name),
  }
}
