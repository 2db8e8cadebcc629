import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { AppError } from '../core/errors.ts'
import { describeIssues } from './check/describe-issues.ts'
import { invalidConfig } from './check/invalid-config.ts'
import { configSchema } from './config-schema.ts'
import { interpolate, type MayRefer, type VariableProblem } from './interpolate.ts'
import { hideValues, rememberOrigins } from './origins.ts'
import { pathText } from './path-text.ts'
import { rememberPlaces } from './places.ts'
import { readYaml, type YamlText } from './read-yaml.ts'
import { retype } from './retype.ts'
import type { Config } from './schema.ts'
import { variablesFile, variablesFor } from './variables-for.ts'

export interface ConfigSource {
  /** Only named in errors. */
  readonly file: string
  readonly env?: NodeJS.ProcessEnv
  /** Which references to variables are taken; absent: all. See `requestMayRefer`. */
  readonly mayRefer?: MayRefer
}

/**
 * Reads, interpolates and checks a configuration file.
 *
 * @throws AppError CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_ENV_MISSING, CONFIG_INVALID
 */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = variablesFor(file)): Config {
  return parseConfig(readConfigText(file), { file, env })
}

const whatIsWrong: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; name the file in it',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EACCES: 'the user that runs Vireo may not read it',
  ELOOP: 'its links lead in a circle',
  'no file': 'it is a pipe or a device; name a regular file',
  'too long': 'it has more than 4 MiB',
}

/** No configuration is as long as that; what is may never end. */
const mostBytes = 4 * 1024 * 1024

/** A pipe would keep the process waiting, a device would fill its memory. */
function refuseOtherFiles(file: string): void {
  const stats = statSync(file)
  const fault = (code: string) => Object.assign(new Error(code), { code })
  if (stats.isDirectory()) throw fault('EISDIR')
  if (!stats.isFile()) throw fault('no file')
  if (stats.size > mostBytes) throw fault('too long')
}

const adviceOfConfig = 'give --config, or copy config/vireo.yaml of the package'

/**
 * A file that is written as a configuration is.
 *
 * @param missing what to do where it is not there; null: nothing but naming the right one
 * @throws AppError CONFIG_NOT_FOUND when it cannot be read, CONFIG_SYNTAX when it is no text
 */
export function readConfigText(file: string, missing: string | null = adviceOfConfig): string {
  let bytes: Buffer
  try {
    refuseOtherFiles(file)
    bytes = readFileSync(file)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    const advice = code === 'ENOENT' && missing !== null ? `; ${missing}` : ''
    const why = whatIsWrong[code]
    throw new AppError(
      'CONFIG_NOT_FOUND',
      `${file}: cannot be read (${code})${why ? `: ${why}${advice}` : ''}`,
      {
        details: { file },
        cause,
      },
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const details = { file, line: 1, column: 1, field: '' }
    throw new AppError('CONFIG_SYNTAX', `${file}:1:1: is not UTF-8 text; save it as UTF-8`, {
      details,
      cause,
    })
  }
}

/** The same for text that is already here. */
export function parseConfig(text: string, source: ConfigSource): Config {
  const { file } = source
  const yaml = readYaml(text, file)
  const written = plainValue(yaml, file)
  const { used, problems } = interpolate(yaml.document.contents, source.env ?? process.env, source.mayRefer)
  if (problems[0]) throw variableError(problems[0], yaml, file)
  const value = plainValue(yaml, file)
  let checked = configSchema.safeParse(value)
  if (!checked.success && retype(value, checked.error)) checked = configSchema.safeParse(value)
  if (!checked.success) {
    const found = describeIssues(checked.error, value).map(({ path, message, accepted }) => ({
      path,
      message: hideValues(message, used),
      accepted: hideValues(accepted, used),
    }))
    throw invalidConfig(found, file, yaml.placeOf)
  }
  rememberOrigins(checked.data, written, used)
  rememberPlaces(checked.data, { file, placeOf: yaml.placeOf })
  return checked.data
}

export function plainValue({ document }: YamlText, file: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (cause) {
    throw new AppError('CONFIG_SYNTAX', `${file}:1:1: ${(cause as Error).message}`, {
      details: { file, line: 1, column: 1, field: '' },
      cause,
    })
  }
}

export function variableError(
  { name, node, path, kind }: VariableProblem,
  yaml: YamlText,
  file: string,
): AppError {
  const { place, line, column } = yaml.at(node.range?.[0] ?? 0)
  const field = pathText(path)
  const details = { file, line, column, field, variable: name }
  if (kind === 'missing')
    return new AppError(
      'CONFIG_ENV_MISSING',
      `${place}: ${field}: environment variable ${name} is not set; set it, write it into ${basename(variablesFile(file))} beside the file, or write \${${name}:-default}`,
      { details },
    )
  return new AppError(
    'CONFIG_INVALID',
    `${place}: ${field}: a request may refer to a variable only in url and mainUrl of a camera, and only to one that the ` +
      `configuration file refers to or http.allowVariables names; ${name} is none`,
    { details: { ...details, accepted: 'a value without a variable' } },
  )
}
