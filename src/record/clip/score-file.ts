import { z } from 'zod'

const fileSchema = z.object({
  formatVersion: z.literal(1),
  alertId: z.string(),
  rule: z.string(),
  label: z.string(),
  onThreshold: z.number(),
  offThreshold: z.number(),
  lines: z
    .array(
      z.object({
        name: z.string(),
        points: z.array(z.object({ atMs: z.number(), score: z.number() })).max(10_000),
      }),
    )
    .max(200),
})

/** The scores of the label of an alert, by model and track; times from the beginning of the clip. */
export type ScoreFile = Omit<z.infer<typeof fileSchema>, 'formatVersion'>

export const encodeScores = (file: ScoreFile): string => `${JSON.stringify({ formatVersion: 1, ...file })}\n`

/** Null for what is no such file, or one of another version. */
export function decodeScores(text: string): ScoreFile | null {
  try {
    const { success, data } = fileSchema.safeParse(JSON.parse(text))
    if (!success) return null
    const { formatVersion: _version, ...file } = data
    return file
  } catch {
    return null
  }
}
