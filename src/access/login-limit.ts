import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { type Allowance, type Bucket, fill, waitMsOf } from './leaky-bucket.ts'
import { networkOf } from './network-of.ts'

/** Failures. */
const ofAddress: Allowance = { burst: 10, perMs: 15_000 }
const ofName: Allowance = { burst: 10, perMs: 15_000 }
/** Addresses and names that are remembered; the longest forgotten go first. */
const mostKeys = 5000

export interface LoginLimit {
  /**
   * Counts an attempt before it is tried, so that many at once are none the better.
   *
   * @param known the name has logged in from this address before: what others try does not hold it up
   * @returns takes the attempt back, because it was right
   * @throws AppError AUTH_TOO_MANY, with `retryAfterS`
   */
  take(attempt: { readonly address: string; readonly name: string; readonly known: boolean }): () => void
  /** The same for the present password of somebody who is logged in: nobody at the door uses that up. */
  takeOwn(name: string): () => void
}

/** Holds up who guesses passwords: from one address, or the password of one name from many. */
export function createLoginLimit(clock: Pick<Clock, 'monoMs'>): LoginLimit {
  const addresses = createBuckets(ofAddress, clock)
  const names = createBuckets(ofName, clock)
  const take = (taken: readonly { buckets: typeof names; key: string }[]) => {
    const waitMs = Math.max(...taken.map(({ buckets, key }) => buckets.waitMs(key)))
    if (waitMs > 0) {
      const retryAfterS = Math.ceil(waitMs / 1000)
      throw new AppError('AUTH_TOO_MANY', `too many attempts to log in; try again in ${retryAfterS} s`, {
        details: { retryAfterS },
      })
    }
    for (const { buckets, key } of taken) buckets.add(key, 1)
    return () => {
      for (const { buckets, key } of taken) buckets.add(key, -1)
    }
  }
  return {
    take({ address, name, known }) {
      const from = networkOf(address)
      return take([
        { buckets: addresses, key: from },
        // Whose address is known has a count of his own: nobody else can use it up.
        { buckets: names, key: known ? keyOf('from', name, from) : keyOf('name', name) },
      ])
    },
    takeOwn: (name) => take([{ buckets: names, key: keyOf('own', name) }]),
  }
}

/** A name is what somebody typed: no name may be spelled as the key of something else. */
const keyOf = (...parts: readonly string[]) => JSON.stringify(parts)

function createBuckets(allowance: Allowance, clock: Pick<Clock, 'monoMs'>) {
  /** The latest used are last. */
  const buckets = new Map<string, Bucket>()
  const of = (key: string) => buckets.get(key) ?? { level: 0, atMs: clock.monoMs() }
  return {
    waitMs: (key: string) => waitMsOf(of(key), allowance, clock.monoMs()),
    add(key: string, count: number) {
      const bucket = of(key)
      fill(bucket, allowance, clock.monoMs(), count)
      buckets.delete(key)
      if (bucket.level > 0) buckets.set(key, bucket)
      if (buckets.size > mostKeys) buckets.delete(buckets.keys().next().value!)
    },
  }
}
