import { z } from 'zod'
import type { AlertStep } from '../../core/alert.ts'

const identity = {
  alertId: z.string(),
  cameraId: z.string(),
  rule: z.string(),
  label: z.string(),
  phase: z.enum(['new', 'update', 'end']),
  seq: z.number(),
}

/**
 * A step as a row holds it. Checked is what no reader can do without: rows of an older Vireo lack what came later, and
 * are read nevertheless.
 */
export const alertStepSchema = z.looseObject({
  ...identity,
  startedMs: z.number(),
  lastMs: z.number(),
}) as unknown as z.ZodType<AlertStep>

/** A step as `alertData` made an event of it. */
export const publishedStepSchema = z.looseObject({
  ...identity,
  startedAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  clipUri: z.string().startsWith('file:').nullish(),
})
