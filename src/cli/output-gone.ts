import { AppError, toAppError } from '../core/errors.ts'
import { reportError } from './report-error.ts'

/** Commands whose work goes on when nobody reads what they print. */
const goesOn: ReadonlySet<string> = new Set(['run', 'train', 'learn', 'teach', 'digest', 'dataset', 'model'])
let installed = false

/**
 * Output that cannot be written is no crash: when its reader is gone (`| head`) a command that only prints ends
 * quietly; when the disk behind it is full it says so. Commands that do work go on without it.
 */
export function endWithOutput(command: string | undefined): void {
  if (installed) return
  installed = true
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (command !== undefined && goesOn.has(command)) return
    if (error.code !== 'EPIPE') reportError(unwritable(error), false)
    process.exit()
  })
}

function unwritable(error: NodeJS.ErrnoException): AppError {
  const { message } = toAppError(error)
  return new AppError('STORE_FILE', `the output cannot be written: ${message}`, { cause: error })
}
