import type { AuditEntry as Kept } from '../core/access/audit-entry.ts'
import type { Clock } from '../core/clock.ts'
import { type Allowance, type Bucket, fill, waitMsOf } from './leaky-bucket.ts'
import { networkOf } from './network-of.ts'

type AuditEntry = Omit<Kept, 'atMs'>

/** Of what one does again and again: changes that are alike, and refusals of one kind. */
const alike: Allowance = { burst: 20, perMs: 10_000 }
const refused: Allowance = { burst: 10, perMs: 60_000 }
/** All refusals together: strangers have many addresses. */
const refusedInAll: Allowance = { burst: 300, perMs: 2000 }
/** Kinds that are remembered; the longest forgotten go first. */
const mostKinds = 5000
/** Kinds whose counts are told one by one; the rest are told together. */
const mostCounts = 30

interface Kind extends Bucket {
  /** How many were not noted since it was last told. */
  more: number
  last: AuditEntry
}

export interface AuditLimit {
  /** Whether an entry is to be noted; one that is not is counted. */
  take(entry: AuditEntry): boolean
  /** What was counted since it was last asked, as entries that say how many there were. */
  counts(): AuditEntry[]
}

/**
 * Keeps the record from being filled with one thing: nobody can wash out with refusals what others did, nor hold the server
 * up with them, because each entry is a write that the disk has to confirm.
 */
export function createAuditLimit(clock: Pick<Clock, 'monoMs'>): AuditLimit {
  const kinds = new Map<string, Kind>()
  const all = { level: 0, atMs: clock.monoMs() }
  let forgotten = 0
  let latest: AuditEntry | null = null

  const hasRoom = (bucket: Bucket, allowance: Allowance) => waitMsOf(bucket, allowance, clock.monoMs()) === 0
  const remember = (key: string, kind: Kind) => {
    kinds.delete(key)
    kinds.set(key, kind)
    if (kinds.size <= mostKinds) return
    const [oldest, { more }] = kinds.entries().next().value!
    forgotten += more
    kinds.delete(oldest)
  }
  return {
    take(entry) {
      const isRefusal = entry.result !== 'ok'
      const key = kindOf(entry, isRefusal)
      const kind = kinds.get(key) ?? { level: 0, atMs: clock.monoMs(), more: 0, last: entry }
      kind.last = entry
      remember(key, kind)
      if (isRefusal) latest = entry
      const allowance = isRefusal ? refused : alike
      const room = hasRoom(kind, allowance) && (!isRefusal || hasRoom(all, refusedInAll))
      if (!room) {
        kind.more += 1
        return false
      }
      fill(kind, allowance, clock.monoMs())
      if (isRefusal) fill(all, refusedInAll, clock.monoMs())
      return true
    },
    counts() {
      const counted = [...kinds.values()].filter(({ more }) => more > 0).sort((a, b) => b.more - a.more)
      const told = counted.slice(0, mostCounts).map(({ last, more }) => withCount(last, more))
      const rest = counted.slice(mostCounts).reduce((sum, { more }) => sum + more, forgotten)
      if (rest > 0 && latest)
        told.push(withCount({ ...latest, who: '(several)', address: '(several)' }, rest))
      for (const kind of counted) kind.more = 0
      forgotten = 0
      return told
    },
  }
}

/** Who is not logged in is known by the address alone, whatever names are tried. */
function kindOf({ who, via, address, action, object, result }: AuditEntry, isRefusal: boolean): string {
  const from = networkOf(address)
  const parts = isRefusal ? [via, via === 'login' ? '' : who, from, result] : [via, who, from, action, object]
  return JSON.stringify(parts)
}

const withCount = (entry: AuditEntry, more: number): AuditEntry => ({
  ...entry,
  object: `${entry.object} (and ${more} more like it)`.trim(),
})
