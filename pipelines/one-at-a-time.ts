import { AppError } from '../src/core/errors.ts'

/**
 * Does work of one kind only while none of it is done: heavy work that many ask for at once is refused, so that what
 * it takes of the machine does not depend on how many ask.
 *
 * @param what what is being done, for people. @throws AppError API_BUSY
 */
export function createOneAtATime(what: string): <T>(work: () => Promise<T>) => Promise<T> {
  let busy = false
  return async (work) => {
    if (busy)
      throw new AppError('API_BUSY', `${what} already, for another request; try again`, {
        details: { retryAfterS: 5 },
      })
    busy = true
    try {
      return await work()
    } finally {
      busy = false
    }
  }
}
