import type { AuditEntry, AuditFilter } from '../../../core/access/audit-entry.ts'
import type { Page, PageRequest } from '../../../core/page.ts'
import { createPagedQuery, where } from '../../paged-query.ts'
import type { StoreDatabase, StoreRow } from '../../store-database.ts'

export interface AuditTable {
  add(entry: AuditEntry): void
  /** The newest first. @throws AppError API_BAD_REQUEST for a cursor that is none */
  list(filter: AuditFilter, request: PageRequest): Page<AuditEntry>
  /** What is older, and what is beyond the newest so many of what was done, and of what was refused. */
  prune(bounds: {
    readonly beforeMs: number
    readonly most: { readonly done: number; readonly refused: number }
  }): void
}

export function createAuditTable(database: StoreDatabase): AuditTable {
  const add = database.prepare(
    'INSERT INTO audit (at_ms, who, via, address, action, object, result) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const page = createPagedQuery(
    database,
    {
      name: 'audit',
      from: 'audit',
      rank: 'seq',
      id: 'CAST(seq AS TEXT)',
      rows: 'SELECT audit.*, page.* FROM page JOIN audit ON audit.seq = page_rank',
    },
    toEntry,
  )
  const pruneOld = database.prepare('DELETE FROM audit WHERE at_ms < ?')
  const [pruneDone, pruneRefused] = ["result = 'ok'", "result <> 'ok'"].map((which) =>
    database.prepare(
      `DELETE FROM audit WHERE ${which}
         AND seq <= (SELECT seq FROM audit WHERE ${which} ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
    ),
  )
  return {
    add: ({ atMs, who, via, address, action, object, result }) =>
      void add.run(atMs, who, via, address, action, object, result),
    list: ({ who, sinceMs, untilMs }, request) =>
      page([where('who = ?', who), where('at_ms >= ?', sinceMs), where('at_ms < ?', untilMs)], request),
    prune({ beforeMs, most }) {
      pruneOld.run(beforeMs)
      pruneDone!.run(most.done)
      pruneRefused!.run(most.refused)
    },
  }
}

const toEntry = (row: StoreRow): AuditEntry => ({
  atMs: Number(row.at_ms),
  who: String(row.who),
  via: String(row.via),
  address: String(row.address),
  action: String(row.action),
  object: String(row.object),
  result: String(row.result),
})
