import type { ConfigProblem } from './check/describe-issues.ts'
import { invalidConfig } from './check/invalid-config.ts'
import { hideVariables } from './origins.ts'
import type { Place } from './read-yaml.ts'

interface Places {
  readonly file: string
  placeOf(path: readonly PropertyKey[]): Place
}

/** Kept under a symbol, which copies with `{ ...config }` keep and JSON leaves out. */
const places = Symbol('places')

/** Notes from which text a configuration was read, so that what is found later can be told with its line. */
export function rememberPlaces(config: object, source: Places): void {
  Object.assign(config, { [places]: source })
}

/** file:line:column of a field of a configuration that was read; empty where that is not known. */
export function placeText(config: object, path: readonly PropertyKey[]): string {
  return (config as Record<symbol, Places | undefined>)[places]?.placeOf(path).place ?? ''
}

/** CONFIG_INVALID for what was found in a configuration after it was read, with file, line and field. */
export function refuseConfig(
  config: object,
  problems: readonly (Omit<ConfigProblem, 'accepted'> & { accepted?: string })[],
) {
  const source = (config as Record<symbol, Places | undefined>)[places]
  const unknown = {
    file: 'the configuration',
    placeOf: () => ({ line: 0, column: 0, place: 'the configuration' }),
  }
  const { file, placeOf } = source ?? unknown
  const hidden = problems.map(({ path, message, accepted = message }) => ({
    path,
    message: hideVariables(message, config),
    accepted: hideVariables(accepted, config),
  }))
  return invalidConfig(hidden, file, placeOf)
}
