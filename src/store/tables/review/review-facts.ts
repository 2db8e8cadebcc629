import { readJson, texts } from '../../read-json.ts'
import type { StoreDatabase } from '../../store-database.ts'
import type { ReviewFact } from './review-item.ts'
import { toFact } from './review-rows.ts'

/** The table of what people said of clips. Rows are only ever added. */
export interface ReviewFacts {
  /** @param bulk names what was said of many clips at once */
  add(fact: Omit<ReviewFact, 'seq'>, bulk?: string): ReviewFact
  /** What was said of a clip, the oldest first. */
  of(itemId: string): ReviewFact[]
  /** What was said of many clips at once, as it was said. */
  ofBulk(bulk: string): ReviewFact[]
  /** Labels that people gave. */
  labels(): string[]
}

export function createReviewFacts(database: StoreDatabase): ReviewFacts {
  const insert = database.prepare(
    `INSERT INTO fact (item, verdict, labels, start_ms, end_ms, undoes, who, at_ms, bulk)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  )
  const ofItem = database.prepare('SELECT * FROM fact WHERE item = ? ORDER BY seq')
  const ofBulk = database.prepare("SELECT * FROM fact WHERE bulk = ? AND verdict <> 'undo' ORDER BY seq")
  const labelsGiven = database.prepare('SELECT DISTINCT labels FROM fact')
  return {
    add({ itemId, verdict, labels, startMs, endMs, undoes, who, atMs }, bulk) {
      const part = [startMs, endMs] as const
      const said = [itemId, verdict, JSON.stringify(labels), ...part, undoes, who, atMs] as const
      return toFact(insert.get(...said, bulk ?? null)!)!
    },
    of: (itemId) => ofItem.all(itemId).flatMap((row) => toFact(row) ?? []),
    ofBulk: (bulk) => ofBulk.all(bulk).flatMap((row) => toFact(row) ?? []),
    labels: () => labelsGiven.all().flatMap((row) => readJson(row.labels, texts) ?? []),
  }
}
