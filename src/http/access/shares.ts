import { AppError } from '../../core/errors.ts'
import type { Identity } from './identity.ts'

/** What many share and each holds for a while, such as connections that stay open. */
export interface Shares {
  /**
   * @param holder nobody, and programs of this machine that are asked nothing, are held to the whole alone
   * @returns gives it back; more than once does no harm
   * @throws AppError API_BUSY
   */
  take(holder: Pick<Identity, 'name' | 'via'> | null): () => void
}

/** One user or token has a quarter at most, so that there is some for others whatever one does. */
export function createShares(of: {
  readonly most: number
  /** What is said when there is none. */
  readonly busy: string
  readonly retryAfterS?: number
}): Shares {
  const { most, busy, retryAfterS } = of
  const mostOfOne = Math.max(1, Math.floor(most / 4))
  const held = new Map<string, number>()
  let all = 0
  return {
    take(holder) {
      const key =
        holder === null || holder.via === 'loopback' ? null : JSON.stringify([holder.via, holder.name])
      const own = key === null ? 0 : (held.get(key) ?? 0)
      if (all >= most || own >= mostOfOne)
        throw new AppError('API_BUSY', all >= most ? busy : `${busy} ("${holder?.name}" has ${own})`, {
          ...(retryAfterS !== undefined && { details: { retryAfterS } }),
        })
      all += 1
      if (key !== null) held.set(key, own + 1)
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        all -= 1
        if (key === null) return
        const left = held.get(key)! - 1
        if (left > 0) held.set(key, left)
        else held.delete(key)
      }
    },
  }
}
