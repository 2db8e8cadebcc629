import { AppError } from '../core/errors.ts'

const mostNodes = 5000
const mostDepth = 20

/**
 * Refuses JSON that is nested or wide beyond what any request of this API has, before anything walks through it.
 *
 * @throws AppError API_BAD_REQUEST
 */
export function boundBody(body: unknown): void {
  let level: unknown[] = [body]
  let nodes = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    nodes += level.length
    if (nodes > mostNodes) throw new AppError('API_BAD_REQUEST', `body: it has more than ${mostNodes} values`)
    if (depth > mostDepth)
      throw new AppError('API_BAD_REQUEST', `body: it is nested deeper than ${mostDepth} levels`)
    level = level.flatMap((node) => (node !== null && typeof node === 'object' ? Object.values(node) : []))
  }
}
