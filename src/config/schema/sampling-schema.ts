import { z } from 'zod'

const perHour = (most: number, what: string) =>
  z.int().min(0).max(60).default(most).describe(`Most clips of one camera in an hour: ${what}.`)

/** What beside alerts is recorded for review. */
export const samplingSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Record clips for review beside those of alerts (needs recording.clips).'),
  perHour: z
    .strictObject({
      uncertain: perHour(4, 'a score near its threshold'),
      disagreement: perHour(4, 'the live version and its shadow decide otherwise'),
      anomaly: perHour(2, 'an unusual score that raised no alert'),
      random: perHour(1, 'drawn at random, so that misses are found too'),
    })
    .prefault({})
    .describe('Quotas by reason; 0 switches a reason off.'),
  uncertainWithin: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('A score this near to its threshold is uncertain.'),
  anomalyFrom: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe('Score of an anomaly model from which a clip is an anomaly.'),
  rareShare: z
    .number()
    .min(0)
    .max(0.1)
    .default(0.0005)
    .describe('A score that so few of the scores of its label on this camera reach is unusual; 0: none is.'),
  apartMs: z
    .int()
    .min(0)
    .default(30_000)
    .describe('Least time between two samples of one camera, ms; never less than a clip is long.'),
  maxWaiting: z
    .int()
    .min(0)
    .default(200)
    .describe('So many samples of one camera may wait for review; then none is added.'),
  keepDays: z.number().positive().default(7).describe('Days that a sample that nobody judged is kept.'),
})

export type SamplingConfig = z.infer<typeof samplingSchema>

/** What a camera may have otherwise than the others. */
export const cameraSamplingSchema = z.strictObject({
  enabled: z.boolean().exactOptional().describe('Whether clips of this camera are sampled.'),
  perHour: z
    .strictObject({
      uncertain: z.int().min(0).max(60).exactOptional().describe('Uncertain scores.'),
      disagreement: z.int().min(0).max(60).exactOptional().describe('Disagreements of versions.'),
      anomaly: z.int().min(0).max(60).exactOptional().describe('Unusual scores.'),
      random: z.int().min(0).max(60).exactOptional().describe('Random clips.'),
    })
    .exactOptional()
    .describe('Its own quotas.'),
})

/** How one camera is sampled: its own settings over those of all. */
export function samplingOf(
  sampling: SamplingConfig,
  camera: { readonly sampling?: z.infer<typeof cameraSamplingSchema> },
): SamplingConfig {
  const { enabled = sampling.enabled, perHour: own = {} } = camera.sampling ?? {}
  const set = Object.entries(own).filter(([, most]) => most !== undefined)
  return { ...sampling, enabled, perHour: { ...sampling.perHour, ...Object.fromEntries(set) } }
}
