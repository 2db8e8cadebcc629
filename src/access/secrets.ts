import { createHash, randomBytes, randomInt } from 'node:crypto'

/** 256 random bits, as a text that fits into headers. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is kept of such a secret: it has too many bits to be guessed from its hash. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const newId = (): string => randomBytes(8).toString('hex')

/** Letters and digits that nobody takes for another one. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password for a person to type once: 98 bits, such as `k3wfp-…`. */
export function newPassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]!).join('')
  return Array.from({ length: 4 }, group).join('-')
}
