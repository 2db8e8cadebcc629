import { AppError } from '../core/errors.ts'

export const fewestLetters = 10
export const mostLetters = 200

/** Refuses a password that is guessed at once. @throws AppError AUTH_PASSWORD */
export function checkPassword(password: string, name: string): void {
  const refuse = (what: string) => new AppError('AUTH_PASSWORD', `the password ${what}`)
  const letters = [...password.normalize('NFKC')]
  if (letters.length < fewestLetters) throw refuse(`needs ${fewestLetters} characters or more`)
  if (letters.length > mostLetters) throw refuse(`has more than ${mostLetters} characters`)
  if (new Set(letters).size < 5) throw refuse('needs five different characters')
  const plain = password.toLowerCase()
  if (plain.replaceAll(name.toLowerCase(), '').length < 5) throw refuse('is little more than the name')
}
