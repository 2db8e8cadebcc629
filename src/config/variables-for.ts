import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { AppError } from '../core/errors.ts'

/** Nobody has so many passwords. */
const mostBytes = 256 * 1024

/** Where variables of a configuration may stand: `vireo.env` beside `vireo.yaml`. */
export function variablesFile(configFile: string): string {
  const extension = extname(configFile)
  return join(dirname(configFile), `${basename(configFile, extension === '.env' ? '' : extension)}.env`)
}

/**
 * The variables that a configuration may refer to: those of the process, and of the file beside it that has its name
 * and ends in `.env`. The process goes first, so that a service that gets them elsewhere needs no such file. A file that
 * this user may not read counts as none: a service manager reads it before it starts Vireo.
 *
 * @throws AppError CONFIG_NOT_FOUND when there is something else under that name
 */
export function variablesFor(configFile: string, own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const text = readVariables(variablesFile(configFile))
  return text === null ? own : { ...parseEnv(text), ...own }
}

/** The text of a file of variables; null when there is none that may be read. */
export function readVariables(file: string): string | null {
  try {
    const stats = statSync(file)
    if (!stats.isFile() || stats.size > mostBytes)
      throw new AppError(
        'CONFIG_NOT_FOUND',
        `${file}: is no file of variables (a regular file of at most 256 KiB)`,
      )
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (thrown instanceof AppError || code === undefined) throw thrown
    return null
  }
}
