import { z } from 'zod'
import { alertId } from './alert-schemas.ts'
import { slug, time } from './api-fields.ts'

const share = z.number().min(0).max(1)
const seconds = (most: number, otherwise: number) => z.coerce.number().min(1).max(most).default(otherwise)

const tracedRule = z.strictObject({
  rule: z.string(),
  label: z.string(),
  onThreshold: z.number(),
  offThreshold: z.number(),
  minDurationMs: z.number(),
  cooldownMs: z.number(),
  armed: z.boolean().describe('Whether its schedule wanted alerts at the moment.'),
  state: z
    .enum(['idle', 'pending', 'open', 'cooldown'])
    .describe('At the moment. pending: over its threshold, but not for long enough yet.'),
  looks: z.int().describe('Scores of its label within the span.'),
  highest: z.number().nullable(),
  overMs: z.number().nullable().describe('Longest time over its threshold.'),
  alerts: z.int(),
  why: z.string().nullable().describe('Why it did not alert within the span; null: it did.'),
})

/** What requests and answers about recordings look like. */
export const footageSchemas = {
  camera: z.strictObject({ id: slug }),
  alert: z.strictObject({ alertId }),
  span: z.strictObject({ from: time, to: time }),
  moment: z.strictObject({ at: time }),
  traceQuery: z.strictObject({
    at: time.describe('The moment. The last ten minutes or so are known.'),
    seconds: seconds(600, 60).describe('How much around it.'),
  }),
  trace: z.strictObject({
    cameraId: z.string(),
    from: z.string(),
    to: z.string(),
    knownSince: z.string().nullable().describe('Nothing before is known any more; null: nothing at all.'),
    motionThreshold: z.number(),
    motion: z.array(
      z.strictObject({ stream: z.string(), at: z.string(), motion: z.number(), active: z.boolean() }),
    ),
    clips: z.array(
      z.strictObject({
        model: z.string(),
        trackId: z.string().nullable(),
        from: z.string(),
        to: z.string(),
        inferMs: z.number(),
        scores: z
          .array(z.strictObject({ label: z.string(), score: z.number() }))
          .nullable()
          .describe('null: it was dropped'),
      }),
    ),
    rules: z.array(tracedRule),
    steps: z.array(
      z.strictObject({
        at: z.string(),
        alertId: z.string(),
        rule: z.string(),
        phase: z.enum(['new', 'update', 'end']),
      }),
    ),
  }),
  evidence: z.strictObject({
    scores: z
      .strictObject({
        onThreshold: z.number(),
        offThreshold: z.number(),
        lines: z.array(
          z.strictObject({
            name: z.string(),
            points: z.array(z.strictObject({ atMs: z.number(), score: z.number() })),
          }),
        ),
      })
      .nullable(),
    boxes: z.array(
      z.strictObject({
        id: z.string(),
        fromMs: z.number(),
        toMs: z.number(),
        x: share,
        y: share,
        width: share,
        height: share,
      }),
    ),
  }),
  timeline: z.strictObject({
    cameraId: z.string(),
    from: z.string(),
    to: z.string(),
    footage: z
      .array(z.strictObject({ from: z.string(), to: z.string() }))
      .describe('Recorded without a gap.'),
    segments: z
      .array(z.strictObject({ from: z.string(), durationMs: z.number() }))
      .describe('The files of it; none where the time is longer than a day.'),
    motion: z.strictObject({
      stepMs: z.number(),
      levels: z.array(z.number().nullable()).describe('Highest of each step, 0–1; null: not known.'),
    }),
    alerts: z.array(
      z.strictObject({
        alertId: z.string(),
        label: z.string(),
        severity: z.enum(['info', 'warning', 'critical']),
        from: z.string(),
        to: z.string(),
        hasClip: z.boolean(),
      }),
    ),
  }),
} as const
