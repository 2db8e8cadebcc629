import { existsSync } from 'node:fs'
import { refuseConfig } from '../../src/config/places.ts'
import type { Config } from '../../src/config/schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import { findProblems } from '../live/check-config.ts'
import { registryOf } from '../live/follow-registry.ts'
import { lookUpModels, type ModelLookup } from '../live/model-lookup.ts'
import { type CameraPlan, cameraPlanner } from '../live/plan/plan-camera.ts'

export interface PlannedCameras {
  readonly plans: ReadonlyMap<string, CameraPlan>
  readonly models: ModelLookup
}

/**
 * The plans of the cameras of a configuration that are not paused, without an engine. Addresses are not looked at:
 * a plan can be read where the variables in them are not set.
 *
 * @throws AppError CONFIG_INVALID with what `vireo config check` says of models, rules and presets.
 */
export async function planCameras(config: Config): Promise<PlannedCameras> {
  // Looking makes no folders.
  const registry = existsSync(registryDir(config.dataDir)) ? registryOf(config, systemClock) : null
  try {
    const { models, problems } = await lookUpModels(config, registry)
    const found = findProblems(config, models).filter(({ cameraId }) => cameraId === undefined)
    if (!models || problems.length + found.length > 0) throw refuseConfig(config, [...problems, ...found])
    const wanted = config.cameras.filter(({ paused }) => !paused)
    const planOf = cameraPlanner(config, models)
    return { plans: new Map(wanted.map((camera) => [camera.id, planOf(camera)])), models }
  } finally {
    registry?.close()
  }
}

/** The one camera of a configuration. @throws AppError CAMERA_NOT_FOUND */
export function cameraNamed(config: Config, id: string, file: string): Config['cameras'][number] {
  const found = config.cameras.find((camera) => camera.id === id)
  if (found) return found
  const known = config.cameras.map((camera) => camera.id).join(', ')
  throw new AppError('CAMERA_NOT_FOUND', `--camera ${id}: ${file} has ${known || 'no camera'}`)
}
