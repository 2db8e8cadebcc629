import { z } from 'zod'

const score = z.number().min(0).max(1)
const ms = z.int().min(0)
const severity = z.enum(['info', 'warning', 'critical'])

const fields = {
  onThreshold: score.describe('Score at which an alert may start, 0–1. Absent: what the model says.'),
  offThreshold: score.describe(
    'Score under which it counts as over, 0–1; at most onThreshold. Absent: two thirds of it.',
  ),
  minDurationMs: ms.describe('Score must stay up this long before the alert starts, ms.'),
  cooldownMs: ms.describe('Least time between the end of an alert and the next one, ms.'),
  updateEveryMs: ms.describe(
    'Time between two update steps, ms. A rise of the score by 0.1 does not wait for it.',
  ),
  clearAfterMs: ms.describe('Score must stay down this long before the alert ends, ms.'),
  severity: severity.describe('info, warning or critical.'),
}

const defaultsSchema = z.strictObject({
  onThreshold: fields.onThreshold.exactOptional(),
  offThreshold: fields.offThreshold.exactOptional(),
  minDurationMs: fields.minDurationMs.default(0),
  cooldownMs: fields.cooldownMs.default(10_000),
  updateEveryMs: fields.updateEveryMs.default(5000),
  clearAfterMs: fields.clearAfterMs.default(3000),
  severity: fields.severity.default('warning'),
})

const ruleSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')
    .describe('Name of the rule in events. A slug.'),
  label: z.string().min(1).describe('Label of the model that this rule watches.'),
  model: z.string().exactOptional().describe('Only scores of this model. Absent: any model with the label.'),
  cameras: z.array(z.string()).exactOptional().describe('Only these cameras. Absent: all.'),
  enabled: z.boolean().default(true).describe('Off: this label raises no alert.'),
  ...z.object(fields).partial().shape,
})

const fusionSchema = z.strictObject({
  label: z
    .string()
    .min(1)
    .describe('Label that several models have, such as one of sound and one of pictures.'),
  method: z
    .enum(['noisy-or', 'weighted'])
    .default('noisy-or')
    .describe('noisy-or: each raises the score on its own. weighted: the mean of those that spoke.'),
  windowMs: z
    .int()
    .min(1)
    .max(60_000)
    .default(2000)
    .describe('Scores of models so near in time belong together, ms.'),
  weights: z
    .record(z.string(), score)
    .default({})
    .describe('How much each model counts, 0–1, by its name. A model that is not named counts 1.'),
})
export type FusionConfig = z.infer<typeof fusionSchema>

/** What is wrong with the fusions, by index. */
export function checkFusions(
  fusions: readonly FusionConfig[],
  models: readonly string[],
  issue: (path: (string | number)[], message: string) => void,
): void {
  if (fusions.length > 0 && models.includes('fusion'))
    issue(
      ['alerts', 'fusion'],
      'no model may be named "fusion" beside it: alerts of fused scores have that name',
    )
  fusions.forEach(({ label, weights, method }, at) => {
    const path = ['alerts', 'fusion', at]
    if (fusions.findIndex((other) => other.label === label) !== at)
      issue([...path, 'label'], `"${label}" is already fused; one entry a label`)
    for (const name of Object.keys(weights))
      if (!models.includes(name))
        issue([...path, 'weights', name], `there is no model "${name}"; accepted: ${models.join(', ')}`)
    const given = Object.values(weights)
    if (method === 'weighted' && given.length > 0 && given.every((weight) => weight === 0))
      issue([...path, 'weights'], 'at least one weight must be above 0')
  })
}

export const alertsSchema = z.strictObject({
  defaults: defaultsSchema.prefault({}).describe('What a rule has unless it says otherwise.'),
  rules: z.array(ruleSchema).default([]).describe('One rule a label of interest.'),
  fusion: z
    .array(fusionSchema)
    .default([])
    .describe('Labels whose scores of several models become one. See docs/models.md.'),
})
