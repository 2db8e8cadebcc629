import { WrongValue } from './wrong-value.ts'

/** Reads values with commas between them. A refusal names the one that is wrong. */
export function list<T = string>(each: (text: string) => T = asIs): (text: string) => T[] {
  return (text) => text.split(',').map((part) => readPart(part.trim(), each))
}

function readPart<T>(part: string, each: (text: string) => T): T {
  if (part === '') throw new WrongValue('a value is empty; give values with commas between them')
  try {
    return each(part)
  } catch (thrown) {
    throw thrown instanceof WrongValue ? new WrongValue(thrown.message, part) : thrown
  }
}

/** Keeps the values of an option that is given several times. */
export function repeated<T = string>(
  each: (text: string) => T = asIs,
): (text: string, before: readonly T[] | undefined) => T[] {
  return (text, before = []) => [...before, each(text)]
}

function asIs<T>(text: string): T {
  return text as T
}
