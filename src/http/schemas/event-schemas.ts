import { z } from 'zod'
import { apiSchemas } from './api-schemas.ts'

const told = <Kind extends string, Data extends z.ZodType>(kind: Kind, data: Data) =>
  z.strictObject({ event: z.literal(kind), data })

const learningStates = ['running', 'stopped', 'done', 'failed', 'promoted', 'rolled_back'] as const

/** One event of the stream: its name after `event:`, and the JSON after `data:`. */
export const eventSchema = z
  .union([
    told('alert', apiSchemas.alertEntry).describe(
      'An alert as it stands now; also when its clip is complete.',
    ),
    told('status', apiSchemas.cameraEntry.omit({ config: true })).describe(
      'How a camera is now; at the beginning one for each camera.',
    ),
    told(
      'review',
      z.strictObject({
        change: z.enum(['added', 'judged', 'undone']),
        id: z.string().describe('Of the clip; of many the first.'),
        count: z.int(),
        who: z.string().nullable(),
      }),
    ),
    told(
      'learning',
      z.strictObject({
        run: z.string().nullable(),
        model: z.string().nullable(),
        state: z.enum(learningStates),
        phase: z.string().nullable(),
        done: z.number().nullable().describe('0–1 of the phase.'),
        etaS: z.number().nullable(),
      }),
    ),
    told('config', z.strictObject({ configHash: z.string() })).describe('Another configuration runs.'),
    told('reset', z.strictObject({})).describe('Too much happened since Last-Event-ID: get the lists anew.'),
  ])
  .describe('Events one after the other; a line that begins with a colon says only that it goes on.')
