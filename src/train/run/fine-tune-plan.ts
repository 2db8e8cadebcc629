import { z } from 'zod'
import { AppError } from '../../core/errors.ts'

const share = z.number().min(0).max(1)

/** How a model is taught its labels. Every field has a default; docs/training.md has the table. */
export const fineTunePlanSchema = z.strictObject({
  epochs: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Passes over the labelled footage. When null, and without `steps`, the loss decides: training ends some time after it no longer falls.',
    ),
  steps: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Steps of the whole run, instead of what `epochs` gives or the loss decides.'),
  clipsPerItem: z
    .int()
    .min(1)
    .default(1)
    .describe('Clips that are cut from each piece of footage in an epoch.'),
  batch: z.int().min(1).default(16).describe('Clips of one step.'),
  microBatch: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Clips that are in memory at the same time; divides `batch`. All of them when null.'),
  precision: z
    .enum(['fp32', 'fp16'])
    .default('fp32')
    .describe('fp16: products in half precision, for GPUs; weights stay fp32. A CPU gets slower by it.'),
  peakRate: z.number().positive().default(5e-4).describe('Highest learning rate, reached after the warm-up.'),
  warmup: share.default(0.1).describe('Share of the steps in which the learning rate rises to its peak.'),
  weightDecay: z.number().min(0).default(0.05).describe('Pull of matrices towards 0 (AdamW, decoupled).'),
  clipNorm: z
    .number()
    .min(0)
    .default(1)
    .describe('Length to which a longer gradient is shortened; 0 for no limit.'),
  layerDecay: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('Factor of the learning rate from one layer to the one before it, from the head down.'),
  trainLayers: z
    .union([z.enum(['all', 'head']), z.int().min(1)])
    .default('all')
    .describe('What is trained: everything, the head alone, or the head and the last so many layers.'),
  labelSmoothing: share.default(0.1).describe('Share of the target that is spread over all labels.'),
  mixup: z
    .number()
    .min(0)
    .max(2)
    .default(0)
    .describe('Mixes clips in pairs; parameter of the Beta distribution of the shares. 0 for none.'),
  dropPath: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Probability of leaving out the last block of the model; grows evenly from 0 at the first.'),
  patchDropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe(
      'Share of the places of a picture that each step leaves out of sight: steps cost less, and no place is relied on.',
    ),
  averageDecay: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0)
    .describe(
      'What stays of the moving average of the weights in a step; 0 keeps none. The average is what is kept.',
    ),
  balance: z
    .enum(['classes', 'none'])
    .default('classes')
    .describe('`classes` draws every label equally often, `none` every piece of footage.'),
  augmentation: z
    .strictObject({
      crop: z.number().min(0.2).max(1).default(0.8).describe('Smallest part of the sides that a crop keeps.'),
      flip: z.boolean().default(true).describe('Mirrors half of the clips. Not where left and right matter.'),
      colour: share.default(0.2).describe('Largest change of brightness, contrast and colours.'),
      speed: z.number().min(0).max(0.9).default(0.1).describe('Largest change of speed.'),
    })
    .prefault({})
    .describe('How clips are varied; each clip also starts at a random frame.'),
  patience: z
    .int()
    .min(0)
    .default(0)
    .describe('Ends after so many epochs in which validation became no better; 0 for never.'),
  watch: z
    .enum(['accuracy', 'loss'])
    .default('accuracy')
    .describe('The validation figure that says which epoch is best.'),
  validationViews: z
    .int()
    .min(1)
    .default(1)
    .describe('Clips of each piece of footage in validation, averaged.'),
  checkpointEvery: z.int().min(1).default(200).describe('Steps between checkpoints.'),
})

export type FineTunePlan = z.output<typeof fineTunePlanSchema>
export type FineTunePlanInput = z.input<typeof fineTunePlanSchema>

/** A plan with its defaults. @throws AppError TRAIN_PLAN naming the first wrong field. */
export function parseFineTunePlan(input: FineTunePlanInput): FineTunePlan {
  const parsed = fineTunePlanSchema.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new AppError('TRAIN_PLAN', `${issue.path.join('.') || 'the plan'}: ${issue.message}`)
  }
  const { batch, microBatch } = parsed.data
  if (microBatch !== null && batch % microBatch !== 0)
    throw new AppError('TRAIN_PLAN', `microBatch: ${microBatch} does not divide the batch of ${batch}`)
  return parsed.data
}
