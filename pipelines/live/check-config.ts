import { existsSync } from 'node:fs'
import { expandRule } from '../../src/behaviour/expand-rule.ts'
import { allPlaces } from '../../src/config/camera-behaviours.ts'
import type { BehaviourProblem } from '../../src/config/check/behaviour-references.ts'
import { cameraUrlProblem } from '../../src/config/check/camera-url.ts'
import { pathText } from '../../src/config/path-text.ts'
import { refuseConfig } from '../../src/config/places.ts'
import type { CameraConfig, Config } from '../../src/config/schema.ts'
import { systemClock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import { registryOf } from './follow-registry.ts'
import type { FoundProblem } from './found-problem.ts'
import { lookUpModels, type ModelLookup } from './model-lookup.ts'
import { cameraPlanner } from './plan/plan-camera.ts'

/**
 * Everything that `vireo run` would refuse in a configuration that was read: addresses, models, labels, rules and
 * presets, told with file, line and field. `vireo config check`, edits of the file and reloads all ask here.
 *
 * @throws AppError CONFIG_INVALID
 */
export async function checkConfig(config: Config): Promise<void> {
  // Looking makes no folders.
  const registry = existsSync(registryDir(config.dataDir)) ? registryOf(config, systemClock) : null
  try {
    const { models, problems } = await lookUpModels(config, registry)
    refuse(config, [...problems, ...findProblems(config, models)])
  } finally {
    registry?.close()
  }
}

/** The same against models that are loaded already. @throws AppError CONFIG_INVALID */
export function checkAgainst(
  config: Config,
  models: ModelLookup,
  tolerate: (problem: FoundProblem) => boolean = () => false,
): void {
  refuse(
    config,
    findProblems(config, models).filter((problem) => !tolerate(problem)),
  )
}

function refuse(config: Config, problems: readonly FoundProblem[]): void {
  if (problems.length > 0) throw refuseConfig(config, problems)
}

/** @param models null: what depends on them is left out */
export function findProblems(config: Config, models: ModelLookup | null): FoundProblem[] {
  const problems: FoundProblem[] = [...addressProblems(config), ...presetProblems(config)]
  const reported = new Set(problems.map(keyOf))
  const add = (problem: FoundProblem) => {
    if (reported.has(keyOf(problem))) return
    reported.add(keyOf(problem))
    problems.push(problem)
  }
  if (!models) return problems
  const planOf = cameraPlanner(config, models)
  config.cameras.forEach((camera, at) => {
    for (const problem of watchProblems(camera, at, config, planOf)) add(problem)
  })
  return problems
}

const keyOf = ({ path, message }: FoundProblem) => `${pathText(path)} ${message}`

function addressProblems({ cameras }: Config): FoundProblem[] {
  return cameras.flatMap((camera, at) =>
    (['url', 'mainUrl'] as const).flatMap((field) => {
      const url = camera[field]
      const message = url === undefined ? null : cameraUrlProblem(url)
      return message === null ? [] : [{ path: ['cameras', at, field], message, cameraId: camera.id, camera }]
    }),
  )
}

/** Presets are wrong or right whatever cameras and models there are. */
function presetProblems({ behaviours }: Config): FoundProblem[] {
  return behaviours.rules.flatMap((rule, at) => {
    const expanded = expandRule(rule, ['behaviours', 'rules', at])
    return 'rule' in expanded ? [] : expanded.problems
  })
}

function watchProblems(
  camera: CameraConfig,
  at: number,
  config: Config,
  planOf: (camera: CameraConfig) => unknown,
): FoundProblem[] {
  try {
    planOf(camera)
    return []
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'CONFIG_INVALID') throw thrown
    const { problems, rule, path } = thrown.details
    if (Array.isArray(problems)) {
      const { pathOf } = allPlaces(config)
      return (problems as BehaviourProblem[]).map((one) => ({ path: pathOf(one.path), message: one.message }))
    }
    if (rule !== undefined) {
      const index = config.alerts.rules.findIndex(({ name }) => name === rule)
      return [{ path: ['alerts', 'rules', index, 'label'], message: thrown.message }]
    }
    return [{ path: Array.isArray(path) ? path : ['cameras', at], message: thrown.message }]
  }
}
