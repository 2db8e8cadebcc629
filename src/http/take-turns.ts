import { AppError } from '../core/errors.ts'

/**
 * Lets requests in one after the other, each in a round of the event loop of its own. A connection may bring a thousand
 * requests in one packet; without this they would all be answered before the next frame of a camera is looked at.
 *
 * @param most how many may wait
 * @returns a promise of one's turn. @throws AppError API_BUSY when too many wait
 */
export function createTurns(most: number): () => Promise<void> {
  const waiting: (() => void)[] = []
  const next = () => {
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(next)
  }
  return () => {
    if (waiting.length >= most)
      return Promise.reject(new AppError('API_BUSY', 'too many requests wait for an answer; try again'))
    return new Promise((resolve) => {
      waiting.push(resolve)
      if (waiting.length === 1) setImmediate(next)
    })
  }
}
