import { AppError } from '../core/errors.ts'
import { type MayRefer, namesIn, placeOf, referencesOf } from './interpolate.ts'
import { readYaml } from './read-yaml.ts'

/** Fields of a camera in which a request may refer to variables: what they hold is shown nowhere. */
const addressFields: ReadonlySet<string> = new Set(['url', 'mainUrl'])

/**
 * What a request may refer to: in addresses of cameras variables that the configuration file refers to already, or
 * that it allows; elsewhere only what the file itself has at the same place. So a request never learns what another
 * variable of the process holds.
 */
export function requestMayRefer(fileText: string, allowVariables: readonly string[] = []): MayRefer {
  const inFile = referencesOf(readYaml(fileText, 'the configuration file').document.contents)
  const names = new Set([...allowVariables, ...inFile.flatMap((one) => one.names)])
  const places = new Set(inFile.map(({ place, text }) => `${place} ${text}`))
  return ({ name, path, text }) => {
    if (places.has(`${placeOf(path)} ${text}`)) return true
    const field = path.at(-1)
    return path[0] === 'cameras' && path.length === 3 && addressFields.has(String(field)) && names.has(name)
  }
}

/**
 * Refuses references in fields of a camera that a request sent.
 *
 * @throws AppError API_BAD_REQUEST
 */
export function refuseReferences(fields: Readonly<Record<string, unknown>>, mayRefer: MayRefer): void {
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value === 'string') {
      const refused = namesIn(value).find(
        (name) => !mayRefer({ name, path: ['cameras', 0, ...path], text: value }),
      )
      if (refused === undefined) return
      throw new AppError(
        'API_BAD_REQUEST',
        `${path.join('.')}: a request may refer to a variable only in url and mainUrl, and only to one that the ` +
          `configuration file refers to or http.allowVariables names; ${refused} is none`,
      )
    }
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name])
  }
  visit(fields, [])
}
