import { canonicalJson } from '../src/config/config-hash.ts'
import { hideVariables } from '../src/config/origins.ts'
import { pathText } from '../src/config/path-text.ts'
import { placeText } from '../src/config/places.ts'
import type { Config } from '../src/config/schema.ts'
import type { Clock } from '../src/core/clock.ts'
import { AppError } from '../src/core/errors.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import {
  createInferenceEngine,
  type EngineModel,
  type InferenceEngine,
} from '../src/infer/inference-engine.ts'
import { findProblems } from './live/check-config.ts'
import type { registryOf } from './live/follow-registry.ts'
import type { FoundProblem } from './live/found-problem.ts'
import { lookUpModels } from './live/model-lookup.ts'

/** As the engine opens them; what is wrong is told with its place in the configuration, too. */
export async function openModels(
  options: { config: Config; clock: Clock; telemetry: Telemetry; cacheDir: string },
  models: readonly EngineModel[],
  registry: ReturnType<typeof registryOf>,
): Promise<InferenceEngine> {
  const { config, clock, telemetry, cacheDir } = options
  try {
    return await createInferenceEngine({ models, clock, telemetry, cacheDir })
  } catch (thrown) {
    const { problems } = await lookUpModels(config, registry)
    const [first] = problems
    if (!(thrown instanceof AppError) || !first) throw thrown
    const { code, message, details } = thrown
    const place = `${placeText(config, first.path)}: ${pathText(first.path)}`
    throw new AppError(code, hideVariables(`${place}: ${message}`, config), { details, cause: thrown })
  }
}

/** A problem of one camera is no reason to leave the others unwatched. */
export function othersRun(config: Config): (problem: FoundProblem) => boolean {
  const wrong = new Set(findProblems(config, null).map(({ cameraId }) => cameraId))
  const some = config.cameras.some(({ id, paused }) => !paused && !wrong.has(id))
  return ({ cameraId }) => some && cameraId !== undefined
}

/** A camera that stands aside because of its address does not hold up changes of the others. */
export function standsAsideAlready(current: Config): (problem: FoundProblem) => boolean {
  const known = new Map(current.cameras.map((camera) => [camera.id, canonicalJson(camera)]))
  const broken = new Set(findProblems(current, null).map(({ cameraId }) => cameraId))
  return ({ cameraId, camera }) =>
    cameraId !== undefined &&
    broken.has(cameraId) &&
    camera !== undefined &&
    known.get(cameraId) === canonicalJson(camera)
}

/** The work's outcome, unless the start is given up first; what the work brings later is closed. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work
  const stopped = Promise.withResolvers<never>()
  const stop = () => stopped.reject(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, stopped.promise])
  } catch (thrown) {
    if (signal.aborted)
      work.then(
        (late) => (late as { close?: () => unknown } | undefined)?.close?.(),
        () => {},
      )
    throw thrown
  } finally {
    signal.removeEventListener('abort', stop)
    stopped.promise.catch(() => {})
  }
}
