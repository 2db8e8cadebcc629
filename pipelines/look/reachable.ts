import { cameraUrlProblem } from '../../src/config/check/camera-url.ts'
import type { CameraConfig } from '../../src/config/schema.ts'
import { AppError } from '../../src/core/errors.ts'

/** The camera, whose variables are set: those of others are not needed. @throws AppError */
export function reachable(camera: CameraConfig): CameraConfig {
  const [, variable] = /\$\{(\w+)\}/.exec(camera.url) ?? []
  if (variable !== undefined)
    throw new AppError(
      'CONFIG_ENV_MISSING',
      `camera ${camera.id}: url refers to ${variable}, which is not set`,
    )
  const problem = cameraUrlProblem(camera.url)
  if (problem) throw new AppError('CAMERA_URL', `camera ${camera.id}: url ${problem}`)
  return camera
}
