import type { Argument, Command, Option } from 'commander'
import { AppError } from '../../core/errors.ts'
import { cleanLine } from '../../core/text/clean-text.ts'
import { WrongValue } from './wrong-value.ts'

/**
 * The border of the command line: every value of an option or argument passes here before a command sees it. Empty text,
 * as a variable of the shell gives that is not set, means nothing anywhere and is refused everywhere.
 */
export function guardValues(command: Command): void {
  for (const option of command.options)
    if (option.required || option.optional) guard(option, option.long ?? option.flags)
  for (const argument of command.registeredArguments) guard(argument, `<${argument.name()}>`)
}

function guard(taker: Option | Argument, name: string): void {
  const read = taker.parseArg as ((text: string, before: unknown) => unknown) | undefined
  const collects = taker.variadic
  taker.argParser((text: string, before: unknown): unknown => {
    const value = readValue(name, text, () => read?.(text, collects ? undefined : before) ?? text)
    if (!collects) return value
    return [...(Array.isArray(before) && before !== taker.defaultValue ? before : []), value]
  })
}

/** What `read` makes of a text. @throws AppError API_BAD_REQUEST naming the option, what was given and what is right */
export function readValue<T>(name: string, text: string, read: () => T): T {
  try {
    const value = read()
    if (text.trim() !== '') return value
  } catch (thrown) {
    if (!(thrown instanceof WrongValue)) throw thrown
    throw refused(name, `${name} ${shown(thrown.part ?? text)}: ${thrown.message}`)
  }
  throw refused(name, `${name}: its value is empty; give one, or leave it out`)
}

const shown = (text: string) => cleanLine(text.length > 80 ? `${text.slice(0, 80)}…` : text)

const refused = (option: string, message: string) =>
  new AppError('API_BAD_REQUEST', message, { details: { option } })
