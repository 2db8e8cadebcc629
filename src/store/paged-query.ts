import type { SQLInputValue } from 'node:sqlite'
import type { Page, PageRequest } from '../core/page.ts'
import { decodeCursor, encodeCursor } from './page-cursor.ts'
import type { StoreDatabase, StoreRow, StoreStatement } from './store-database.ts'

/** A list that is read page by page: by rank (a time or a number), then by id, the highest first. */
export interface PagedList {
  /** Whose cursors it takes; those of other lists are refused. */
  readonly name: string
  /** The table whose rows are chosen, with the index where it matters, and what a row is ranked by. */
  readonly from: string
  readonly rank: string
  readonly id: string
  /** Columns that `page` has besides `page_rank` and `page_id`. */
  readonly more?: string
  /** What is read of the chosen rows: `SELECT … FROM page JOIN …`. */
  readonly rows: string
}

/** A part of a WHERE with its values; null where nothing is asked. */
export type Condition = readonly [sql: string, ...values: SQLInputValue[]] | null

/** `sql` with the value, unless there is none. */
export const where = (sql: string, value: SQLInputValue | undefined): Condition =>
  value === undefined ? null : [sql, value]

/** That a column has one of the values, unless nothing is asked; none of an empty list. */
export const oneOf = (column: string, values: readonly SQLInputValue[] | undefined): Condition =>
  values === undefined ? null : [`${column} IN (${values.map(() => '?').join(', ')})`, ...values]

/**
 * Reads pages of a list. Only what is asked for stands in the statement, so that SQLite can choose an index for it, and
 * the rows are chosen before anything else is read of them. Null from `toItem` passes over a row that cannot be read.
 *
 * @throws AppError API_BAD_REQUEST for a cursor that is none of this list
 */
export function createPagedQuery<T>(
  database: StoreDatabase,
  list: PagedList,
  toItem: (row: StoreRow) => T | null,
): (conditions: readonly Condition[], request: PageRequest) => Page<T> {
  const { name, from, rank, id, rows } = list
  const more = list.more === undefined ? '' : `, ${list.more}`
  const statements = new Map<string, StoreStatement>()
  const statementOf = (filter: string) => {
    const known = statements.get(filter)
    if (known) return known
    const made = database.prepare(
      `WITH page AS MATERIALIZED (SELECT ${rank} AS page_rank, ${id} AS page_id${more} FROM ${from}
         WHERE ${filter} ORDER BY ${rank} DESC, ${id} DESC LIMIT ?)
       ${rows} ORDER BY page_rank DESC, page_id DESC`,
    )
    statements.set(filter, made)
    return made
  }
  return (conditions, { limit, after }) => {
    const asked = conditions.filter((each) => each !== null)
    if (after !== undefined) {
      const position = decodeCursor(name, after)
      asked.push([`(${rank}, ${id}) < (?, ?)`, position.rank, position.id])
    }
    const filter = asked.map(([sql]) => `(${sql})`).join(' AND ') || 'TRUE'
    const values = asked.flatMap(([, ...given]) => given)
    const found = statementOf(filter).all(...values, limit + 1)
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1) : undefined
    return {
      items: shown.flatMap((row) => toItem(row) ?? []),
      next: last ? encodeCursor(name, { rank: Number(last.page_rank), id: String(last.page_id) }) : null,
    }
  }
}
