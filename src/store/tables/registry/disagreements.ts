import { z } from 'zod'
import type { Clock } from '../../../core/clock.ts'
import type { Disagreement } from '../../../core/disagreement.ts'
import type { Page, PageRequest } from '../../../core/page.ts'
import { createPagedQuery, where } from '../../paged-query.ts'
import { readJson, texts } from '../../read-json.ts'
import { type StoreDatabase, transaction } from '../../store-database.ts'

export interface StoredDisagreement extends Disagreement {
  readonly id: number
  readonly model: string
  readonly atMs: number
}

export interface Disagreements {
  /** Stores them in one go; the oldest of the model beyond 10,000 make room. */
  add(model: string, found: readonly Disagreement[]): void
  /** The newest first. */
  list(filter: { model?: string; sinceMs?: number }, request: PageRequest): Page<StoredDisagreement>
}

const mostOfModel = 10_000

const disagreementSchema = z.object({
  cameraId: z.string(),
  epoch: z.number(),
  firstPtsUs: z.number(),
  lastPtsUs: z.number(),
  firstArrivalMs: z.number(),
  lastArrivalMs: z.number(),
  liveVersion: z.string(),
  shadowVersion: z.string(),
  liveLabels: texts,
  shadowLabels: texts,
  difference: z.number(),
  label: z.string(),
  liveScore: z.number(),
  shadowScore: z.number(),
}) satisfies z.ZodType<Disagreement>

export function createDisagreements(database: StoreDatabase, clock: Clock): Disagreements {
  const insert = database.prepare('INSERT INTO disagreement (model, camera, at_ms, data) VALUES (?, ?, ?, ?)')
  const prune = database.prepare(
    `DELETE FROM disagreement WHERE model = ?1 AND id <= (
       SELECT id FROM disagreement WHERE model = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${mostOfModel})`,
  )
  const page = createPagedQuery(
    database,
    {
      name: 'disagreements',
      from: 'disagreement',
      // Numbers that are given once, in the order in which they come: no other id is needed.
      rank: 'id',
      id: "''",
      rows: 'SELECT id, model, at_ms, data, page.* FROM page JOIN disagreement ON id = page_rank',
    },
    (row) => {
      const data = readJson(row.data, disagreementSchema)
      if (data === null) return null
      return { ...data, id: Number(row.id), model: String(row.model), atMs: Number(row.at_ms) }
    },
  )
  return {
    add(model, found) {
      if (found.length === 0) return
      transaction(database, () => {
        for (const each of found) insert.run(model, each.cameraId, clock.nowMs(), JSON.stringify(each))
        prune.run(model)
      })
    },
    list: ({ model, sinceMs }, request) =>
      page([where('model = ?', model), where('at_ms >= ?', sinceMs)], request),
  }
}
