import { z } from 'zod'
import { slug, time } from './api-fields.ts'

const share = z.number().min(0).max(1)

const job = z.strictObject({
  id: z.string(),
  kind: z.enum(['export', 'search']),
  cameras: z.array(z.string()),
  from: z.string(),
  to: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  progress: share,
  problem: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  file: z.strictObject({ name: z.string(), bytes: z.int() }).nullable(),
  hits: z.array(z.strictObject({ from: z.string(), to: z.string(), motion: z.number() })),
})

/** What requests and answers of exports and searches look like. */
export const exportSchemas = {
  id: z.strictObject({ id: z.string().regex(/^[a-z0-9]{1,40}$/, 'the id of an export or a search') }),
  wish: z.strictObject({
    cameras: z
      .array(slug)
      .min(1)
      .max(16)
      .refine((ids) => new Set(ids).size === ids.length, 'each camera once'),
    from: time,
    to: time.describe('At most 24 hours later.'),
    time: z
      .enum(['none', 'subtitles', 'burned'])
      .default('none')
      .describe('Where the time of day is shown. burned encodes anew, the others copy the packets.'),
  }),
  search: z.strictObject({
    camera: slug,
    from: time,
    to: time.describe('At most 24 hours later.'),
    area: z
      .strictObject({ x: share, y: share, width: share, height: share })
      .describe('The part of the picture, in shares of it.'),
  }),
  job,
  jobList: z.strictObject({ jobs: z.array(job) }),
} as const
