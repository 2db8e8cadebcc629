import { WrongValue } from './wrong-value.ts'

/** Reads a name that is also the name of a folder. */
export function slug(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text
  throw new WrongValue('give lower-case letters, digits and hyphens')
}
