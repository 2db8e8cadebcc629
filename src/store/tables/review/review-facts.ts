import { readJson, texts } from '../../read-json.ts'
import type { StoreDatabase } from '../../store-database.ts'
import type { ReviewFact } from './review-item.ts'
import { toFact } from './review-rows.ts'

/** The table of what people said of clips. Rows are only ever added. */
export interface ReviewFacts {
  add(fact: Omit<ReviewFact, 'seq'>): ReviewFact
  /** What was said of a clip, the oldest first. */
  of(itemId: string): ReviewFact[]
  /** Labels that people gave. */
  labels(): string[]
}

export function createReviewFacts(database: StoreDatabase): ReviewFacts {
  const insert = database.prepare(
    `INSERT INTO fact (item, verdict, labels, start_ms, end_ms, undoes, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  )
  const ofItem = database.prepare('SELECT * FROM fact WHERE item = ? ORDER BY seq')
  const labelsGiven = database.prepare('SELECT DISTINCT labels FROM fact')
  return {
    add({ itemId, verdict, labels, startMs, endMs, undoes, who, atMs }) {
      const part = [startMs, endMs] as const
      return toFact(insert.get(itemId, verdict, JSON.stringify(labels), ...part, undoes, who, atMs)!)!
    },
    of: (itemId) => ofItem.all(itemId).flatMap((row) => toFact(row) ?? []),
    labels: () => labelsGiven.all().flatMap((row) => readJson(row.labels, texts) ?? []),
  }
}
