import type { AuditFilter, AuditEntry as Kept } from '../core/access/audit-entry.ts'
import type { Clock } from '../core/clock.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { Log } from '../core/telemetry-port.ts'
import { cleanText } from '../core/text/clean-text.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { createAuditTable } from '../store/tables/access/audit-table.ts'
import { createAuditLimit } from './audit-limit.ts'

type AuditEntry = Omit<Kept, 'atMs'>

/** Who did what. Nothing secret is in it: what was sent is not kept. */
export interface Audit {
  /**
   * Never throws: what somebody did has happened, noted or not. What was done is on the disk when it returns; refusals
   * come a little later, many at once. What comes too often is counted, and the count noted each minute.
   */
  note(entry: AuditEntry): void
  /** The newest first. @throws AppError API_BAD_REQUEST */
  list(filter: AuditFilter, request: PageRequest): Page<Kept>
  prune(): void
  /** Writes what is not written yet. */
  close(): void
}

/** Refusals have a bound of their own, so that they push out nothing that was done. */
const most = { done: 200_000, refused: 50_000 }
/** How long refusals wait for others, to be written with them. */
const waitMs = 1000
const countEveryMs = 60_000
const mostLetters = 200

export function createAudit(of: { database: StoreDatabase; clock: Clock; keepMs: number; log: Log }): Audit {
  const { database, clock, keepMs, log } = of
  const table = createAuditTable(database)
  const limit = createAuditLimit(clock)
  const waiting: Kept[] = []
  let cancelWrite: (() => void) | null = null
  let cancelCount: (() => void) | null = null

  const write = () => {
    cancelWrite?.()
    cancelWrite = null
    const rows = waiting.splice(0)
    if (rows.length === 0) return
    try {
      transaction(database, () => rows.forEach(table.add))
    } catch (thrown) {
      const { who, action } = rows.at(-1)!
      log.warn({ err: thrown, who, action, entries: rows.length }, 'it could not be noted who did this')
    }
  }
  const count = () => {
    cancelCount?.()
    cancelCount = null
    waiting.push(...limit.counts().map((entry) => ({ ...entry, atMs: clock.nowMs() })))
    write()
  }
  return {
    note(given) {
      const entry = shortened(given)
      if (!limit.take(entry)) {
        cancelCount ??= clock.after(countEveryMs, count)
        return
      }
      waiting.push({ ...entry, atMs: clock.nowMs() })
      if (entry.result === 'ok') write()
      else cancelWrite ??= clock.after(waitMs, write)
    },
    list(filter, request) {
      write()
      return table.list(filter, request)
    },
    prune() {
      write()
      table.prune({ beforeMs: clock.nowMs() - keepMs, most })
    },
    close: count,
  }
}

const short = (text: string) => cleanText(text).slice(0, mostLetters)

function shortened({ who, via, address, action, object, result }: AuditEntry): AuditEntry {
  return {
    who: short(who),
    via,
    address: short(address),
    action: short(action),
    object: short(object),
    result,
  }
}
