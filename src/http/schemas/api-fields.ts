import { z } from 'zod'

/** Fields that several requests and answers have. */
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug, such as the id of a camera')
export const time = z.iso.datetime({ offset: true, error: 'a time such as 2026-05-01T08:00:00Z' })
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Most entries of a page.'),
  cursor: z.string().max(200).exactOptional().describe('`next` of the page before.'),
}

/** A body that need not be there: without one, all of its fields have their defaults. */
export const orNothing = <T extends z.ZodType>(body: T) => z.preprocess((given) => given ?? {}, body)
