import type { StoreDatabase } from './store-database.ts'

/**
 * How many rows of each table have a column of JSON that cannot be read. Readers pass over them; this counts them, once,
 * where a process starts for long.
 */
export function unreadableRows(
  database: StoreDatabase,
  columns: Readonly<Record<string, readonly string[]>>,
): Map<string, number> {
  const found = new Map<string, number>()
  for (const [table, names] of Object.entries(columns)) {
    const broken = names.map((name) => `(${name} IS NOT NULL AND NOT json_valid(${name}))`).join(' OR ')
    const count = Number(database.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${broken}`).get()?.n)
    if (count > 0) found.set(table, count)
  }
  return found
}
