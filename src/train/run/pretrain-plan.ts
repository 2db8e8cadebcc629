import { z } from 'zod'
import { AppError } from '../../core/errors.ts'

/** How a model learns from footage without labels. Every field has a default; docs/learning.md has the table. */
export const pretrainPlanSchema = z.strictObject({
  steps: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'Steps of the whole run; 0 leaves pretraining out. null: 10 for each video, 200 to 2000; none where only few labelled clips would be seen again.',
    ),
  batch: z.int().min(1).default(16).describe('Clips of one step.'),
  precision: z
    .enum(['fp32', 'fp16'])
    .default('fp32')
    .describe('fp16: products in half precision, for GPUs; weights stay fp32. A CPU gets slower by it.'),
  maskRatio: z.number().min(0.1).max(0.95).default(0.75).describe('Share of the places that are hidden.'),
  maskedWeight: z.number().min(0).default(1).describe('Weight of masked prediction in the loss; 0: without.'),
  nextWeight: z
    .number()
    .min(0)
    .default(0.5)
    .describe('Weight of next-frame prediction in the loss; 0: without.'),
  peakRate: z.number().positive().default(1e-3).describe('Highest learning rate.'),
  warmup: z.int().min(1).default(100).describe('Steps over which the learning rate rises to its peak.'),
})

/** With its number of steps, which may depend on the footage. */
export type ParsedPretrainPlan = z.output<typeof pretrainPlanSchema> & { readonly steps: number }

/** A plan with its defaults. @throws AppError TRAIN_PLAN naming the first wrong field */
export function parsePretrainPlan(
  input: Readonly<Record<string, unknown>>,
): z.output<typeof pretrainPlanSchema> {
  const parsed = pretrainPlanSchema.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AppError('TRAIN_PLAN', `pretrain: ${issue!.path.join('.') || 'the plan'}: ${issue!.message}`)
  }
  const { maskedWeight, nextWeight, steps } = parsed.data
  if (steps !== 0 && maskedWeight === 0 && nextWeight === 0)
    throw new AppError(
      'TRAIN_PLAN',
      'pretrain: maskedWeight and nextWeight are both 0: there is nothing to learn',
    )
  return parsed.data
}

/** Fewer videos teach nothing that their labels do not teach in less time. */
const leastVideos = 50

/**
 * Steps of pretraining where none are given. It pays for footage beyond what is labelled, or for much of it.
 *
 * @param more videos without labels
 */
export function pretrainSteps(labelled: number, more: number): number {
  if (more === 0 && labelled < 4 * leastVideos) return 0
  return Math.min(2000, Math.max(200, 10 * (labelled + more)))
}
