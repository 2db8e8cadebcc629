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
  onThreshold: fields.onThreshold.optional(),
  offThreshold: fields.offThreshold.optional(),
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
  model: z.string().optional().describe('Only scores of this model. Absent: any model with the label.'),
  cameras: z.array(z.string()).optional().describe('Only these cameras. Absent: all.'),
  enabled: z.boolean().default(true).describe('Off: this label raises no alert.'),
  ...z.object(fields).partial().shape,
})

export const alertsSchema = z.strictObject({
  defaults: defaultsSchema.prefault({}).describe('What a rule has unless it says otherwise.'),
  rules: z.array(ruleSchema).default([]).describe('One rule a label of interest.'),
})
