import { AppError } from '../core/errors.ts'
import { describeIssues } from './check/describe-issues.ts'
import { invalidConfig } from './check/invalid-config.ts'
import { interpolate } from './interpolate.ts'
import { loadConfig, plainValue, readConfigText, variableError } from './load.ts'
import { hideValues, rememberOrigins } from './origins.ts'
import { rememberPlaces } from './places.ts'
import { readYaml } from './read-yaml.ts'
import { retype } from './retype.ts'
import { type Config, configShape } from './schema.ts'
import { variablesFor } from './variables-for.ts'

type Path = (string | number)[]

/**
 * The configuration for commands that read what is stored and connect to nothing: variables that are not set (passwords
 * that only the service has) are no mistake. What refers to one stays as it is written or, where that is no valid
 * value, is left out. Only `dataDir` must be known.
 *
 * @throws AppError as loadConfig
 */
export function loadConfigToRead(file: string, env: NodeJS.ProcessEnv = variablesFor(file)): Config {
  try {
    return loadConfig(file, env)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'CONFIG_ENV_MISSING') throw thrown
  }
  const yaml = readYaml(readConfigText(file), file)
  const written = plainValue(yaml, file)
  const { used, problems } = interpolate(yaml.document.contents, env)
  const needed = problems.find(({ path }) => path[0] === 'dataDir')
  if (needed) throw variableError(needed, yaml, file)
  const value = plainValue(yaml, file)
  const holes = problems.map(({ path }): Path => [...path])
  for (;;) {
    const checked = configShape.safeParse(value)
    if (checked.success) {
      rememberOrigins(checked.data, written, used)
      rememberPlaces(checked.data, { file, placeOf: yaml.placeOf })
      return checked.data
    }
    if (retype(value, checked.error)) continue
    const { path } = checked.error.issues[0]!
    // The nearest one: what was left out before lies around others.
    const [hole] = holes
      .filter((one) => one.length > 0 && (begins(path, one) || begins(one, path)))
      .sort((a, b) => b.length - a.length)
    if (hole) leaveOut(value, hole, holes)
    else {
      const found = describeIssues(checked.error, value).map((problem) => ({
        ...problem,
        message: hideValues(problem.message, used),
      }))
      throw invalidConfig(found, file, yaml.placeOf)
    }
  }
}

/** Takes away what lies at the hole; the next time it is what lies around it. */
function leaveOut(value: unknown, hole: Path, holes: readonly Path[]): void {
  const key = hole.at(-1)!
  const parent = hole
    .slice(0, -1)
    .reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value)
  if (Array.isArray(parent) && typeof key === 'number') {
    parent.splice(key, 1)
    const depth = hole.length - 1
    for (const other of holes) {
      const at = other[depth]
      if (other !== hole && typeof at === 'number' && at > key && begins(other, hole.slice(0, -1)))
        other[depth] = at - 1
    }
  } else if (typeof parent === 'object' && parent !== null)
    delete (parent as Record<PropertyKey, unknown>)[key]
  hole.pop()
}

function begins(path: readonly PropertyKey[], start: readonly PropertyKey[]): boolean {
  return start.every((part, at) => path[at] === part)
}
