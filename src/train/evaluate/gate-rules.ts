import { z } from 'zod'

const share = z.number().min(0).max(1)

/** What a new version must show before it may replace the one that serves. Every field has a default. */
export const gateRulesSchema = z.strictObject({
  metric: z.enum(['accuracy', 'macroF1']).default('macroF1').describe('figure that decides'),
  minImprovement: z
    .number()
    .min(-1)
    .max(1)
    .default(0)
    .describe('the figure must be at least so much above the champion’s; negative allows a loss'),
  requireSignificance: z
    .boolean()
    .default(true)
    .describe('the whole interval of the difference must lie above 0'),
  toleratedLoss: share
    .default(0.02)
    .describe(
      'the lower end of the interval may lie so far below 0; counts only without `requireSignificance`',
    ),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('of the interval'),
  resamples: z.number().int().min(200).max(100_000).default(2000).describe('of the bootstrap'),
  minFigure: share.default(0).describe('the figure itself must be at least this'),
  maxClassLoss: share.default(0.05).describe('F1 of no label may fall by more'),
  minClassItems: z
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('labels with fewer test items are left out of `maxClassLoss`'),
  maxFalseAlarmIncrease: z
    .number()
    .min(0)
    .default(0)
    .describe('false alarms per camera-day that may be added to the champion’s'),
  maxFalseAlarms: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('per camera-day, at most; null for any'),
  maxLatencyIncrease: z
    .number()
    .min(0)
    .default(0.1)
    .describe('p95 of latency may grow by this share of the champion’s; above 0 because timings are noisy'),
  maxLatencyMs: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('p95 of latency at most; null for any'),
  minItems: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('test items at least; null: few make the interval wider, and refuse nothing by themselves'),
  allowLostLabels: z
    .boolean()
    .default(false)
    .describe('whether labels that the live version alerts on may be missing in the new one'),
  minGroups: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('groups at least that the test items come from; null as of `minItems`'),
})

export type GateRules = z.infer<typeof gateRulesSchema>
