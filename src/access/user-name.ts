import { AppError } from '../core/errors.ts'

export const namePattern = /^[a-z0-9][a-z0-9._@-]{0,62}$/
/** They say in the records how somebody without a name was known. */
const reserved = new Set(['me', 'cli', 'token', 'loopback', 'nobody'])

/** The name as it is kept: large letters are small ones. @throws AppError API_BAD_REQUEST */
export function userName(given: string): string {
  const name = given.normalize('NFKC').toLowerCase()
  if (namePattern.test(name) && !reserved.has(name)) return name
  throw new AppError(
    'API_BAD_REQUEST',
    reserved.has(name)
      ? `name: "${name}" has a meaning of its own; take another name`
      : 'name: letters a to z, digits and . _ @ - are accepted, at most 63, a letter or digit first',
  )
}
