import type { Page, PageRequest } from '../../core/page.ts'
import { createPagedQuery } from '../paged-query.ts'
import { readJson } from '../read-json.ts'
import { attributesSchema } from './outbox-row.ts'
import { readDatabase } from './read-database.ts'

/** An event that a receiver will never take. */
export interface DeadLetter {
  readonly sink: string
  readonly id: string
  readonly channel: string
  /** Camera. */
  readonly key: string
  readonly attributes: Readonly<Record<string, string>>
  readonly dataJson: string
  readonly reason: string
  readonly setAsideMs: number
}

/** Reads the dead letters of a data directory, the newest first. @throws AppError STORE_OPEN, STORE_VERSION */
export function openDeadLetters(dataDir: string): {
  list(request: PageRequest): Page<DeadLetter>
  close(): void
} {
  const database = readDatabase(dataDir)
  const page = createPagedQuery(
    database,
    {
      name: 'dead-letters',
      from: 'dead_letter',
      rank: 'set_aside_ms',
      // As text that sorts like the number: ids of pages are text.
      id: "printf('%020d', rowid)",
      rows: `SELECT dead_letter.*, page.* FROM page
        JOIN dead_letter ON dead_letter.rowid = CAST(page_id AS INTEGER)`,
    },
    (row): DeadLetter => ({
      sink: String(row.sink),
      id: String(row.id),
      channel: String(row.channel),
      key: String(row.key),
      attributes: readJson(row.attributes, attributesSchema) ?? {},
      dataJson: String(row.data),
      reason: String(row.reason),
      setAsideMs: Number(row.set_aside_ms),
    }),
  )
  return { list: (request) => page([], request), close: () => database.close() }
}
