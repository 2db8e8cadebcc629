import type { Clock } from '../core/clock.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { Log } from '../core/telemetry-port.ts'
import { cleanText } from '../core/text/clean-text.ts'
import type { StoreDatabase } from '../store/store-database.ts'
import { type AuditFilter, type AuditRow, createAuditTable } from '../store/tables/access/audit-table.ts'

export type AuditEntry = Omit<AuditRow, 'atMs'>

/** Who did what. Nothing secret is in it: what was sent is not kept. */
export interface Audit {
  /** Never throws: what somebody did has happened, noted or not. */
  note(entry: AuditEntry): void
  /** The newest first. @throws AppError API_BAD_REQUEST */
  list(filter: AuditFilter, request: PageRequest): Page<AuditRow>
  prune(): void
}

const most = 200_000
const mostLetters = 200

export function createAudit(of: {
  database: StoreDatabase
  clock: Pick<Clock, 'nowMs'>
  keepMs: number
  log: Log
}): Audit {
  const { database, clock, keepMs, log } = of
  const table = createAuditTable(database)
  return {
    note(entry) {
      const { who, via, address, action, object, result } = entry
      const short = (text: string) => cleanText(text).slice(0, mostLetters)
      try {
        database.guard?.()
        table.add({
          atMs: clock.nowMs(),
          who: short(who),
          via,
          address: short(address),
          action: short(action),
          object: short(object),
          result,
        })
      } catch (thrown) {
        log.warn({ err: thrown, who, action }, 'it could not be noted who did this')
      }
    },
    list: (filter, request) => table.list(filter, request),
    prune: () => table.prune({ beforeMs: clock.nowMs() - keepMs, most }),
  }
}
