import { chmodSync, rmSync } from 'node:fs'
import { encoded, isNetwork, splitAddress, withLogin } from '../../src/config/camera-login.ts'
import type { CameraFields, ConfigEdit } from '../../src/config/edit/config-edit.ts'
import { writeConfigText } from '../../src/config/edit.ts'
import { readVariables, variablesFile } from '../../src/config/variables-for.ts'
import { variablesText } from '../../src/config/variables-text.ts'
import { AppError } from '../../src/core/errors.ts'
import type { EditWish } from '../../src/http/edit-port.ts'

export interface Passwords {
  /** The edits with references to variables in place of the logins. */
  readonly edits: readonly ConfigEdit[]
  /** Name → percent-encoded password. */
  readonly variables: ReadonlyMap<string, string>
}

/**
 * Puts logins into the addresses of the cameras they are for: the user as it is, the password as a reference to a
 * variable that nothing else has yet.
 *
 * @throws AppError API_BAD_REQUEST for a login of a camera whose address is not in the edits
 */
export function referToPasswords(
  wish: Pick<EditWish, 'edits' | 'logins'>,
  env: NodeJS.ProcessEnv,
): Passwords {
  const variables = new Map<string, string>()
  let edits = wish.edits
  for (const { camera, user, password } of wish.logins ?? []) {
    const variable = freeName(camera, (name) => env[name] !== undefined || variables.has(name))
    const login = { user: encoded(user), variable: `\${${variable}}` }
    const before = edits
    edits = edits.map((edit) => withLoginOf(edit, camera, login))
    if (edits.every((edit, at) => edit === before[at]))
      throw new AppError('API_BAD_REQUEST', `logins: no address of camera "${camera}" is in these edits`)
    variables.set(variable, encoded(password))
  }
  return { edits, variables }
}

function withLoginOf(edit: ConfigEdit, id: string, login: { user: string; variable: string }): ConfigEdit {
  if (edit.kind === 'add' && edit.camera.id === id)
    return { ...edit, camera: { ...edit.camera, ...addressesOf(edit.camera, login) } }
  if (edit.kind !== 'change' || edit.id !== id) return edit
  const addresses = addressesOf(edit.patch, login)
  return Object.keys(addresses).length === 0 ? edit : { ...edit, patch: { ...edit.patch, ...addresses } }
}

function addressesOf(
  fields: CameraFields,
  { user, variable }: { user: string; variable: string },
): CameraFields {
  const known = Object.entries({ url: fields.url, mainUrl: fields.mainUrl })
  return Object.fromEntries(
    known.flatMap(([name, url]) =>
      typeof url === 'string' && isNetwork(url)
        ? [[name, withLogin(splitAddress(url).url, user, variable)]]
        : [],
    ),
  )
}

function freeName(camera: string, taken: (name: string) => boolean): string {
  const base = camera
    .toUpperCase()
    .replaceAll('-', '_')
    .replace(/^(?=\d)/, 'CAMERA_')
  for (let number = 1; ; number += 1) {
    const name = `${base}_PASSWORD${number === 1 ? '' : `_${number}`}`
    if (!taken(name)) return name
  }
}

/**
 * Writes passwords into the file of variables beside a configuration, for its owner alone. Returns how to have the file
 * as it was.
 *
 * @throws AppError CONFIG_WRITE
 */
export function writePasswords(configFile: string, variables: ReadonlyMap<string, string>): () => void {
  if (variables.size === 0) return () => {}
  const file = variablesFile(configFile)
  const before = readVariables(file)
  writeConfigText(file, variablesText(before, variables), 0o600)
  chmodSync(file, 0o600)
  return () => {
    if (before === null) rmSync(file, { force: true })
    else writeConfigText(file, before)
  }
}
