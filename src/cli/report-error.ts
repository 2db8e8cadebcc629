import { errorClass, toAppError } from '../core/errors.ts'
import { jsonLine } from '../core/text/clean-text.ts'
import { redactFields, redactText } from '../telemetry/redact-text.ts'

/** Says on stderr what went wrong, without secrets, and sets the exit code that the table gives. */
export function reportError(thrown: unknown, json: boolean): void {
  const error = toAppError(thrown)
  const { code, retry } = error
  const message = redactText(error.message)
  const line = json
    ? jsonLine({ error: { code, message, retry, details: redactFields(error.details) } })
    : `${code}: ${message}`
  process.stderr.write(`${line}\n`)
  process.exitCode = errorClass(code).exitCode
}
