import { AppError } from '../../src/core/errors.ts'

/**
 * Does work of one kind one after the other: what it takes of the machine does not depend on how many ask at once.
 *
 * @param what what is being done, for people
 * @param mostWaiting how many may wait for their turn. The next is refused: API_BUSY
 */
export function createOneAtATime(what: string, mostWaiting = 0): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let asked = 0
  return async (work) => {
    if (asked > mostWaiting)
      throw new AppError('API_BUSY', `${what} already, for another request; try again`, {
        details: { retryAfterS: 5 },
      })
    asked += 1
    const done = last.then(work)
    last = done.catch(() => {})
    try {
      return await done
    } finally {
      asked -= 1
    }
  }
}
