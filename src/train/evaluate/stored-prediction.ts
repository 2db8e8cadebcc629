import { z } from 'zod'

/** Scores as JSON holds them: what is no number is null there. */
const scores = z.array(z.number().nullable())

/** A prediction as a file holds it. */
export const storedPrediction = z.object({
  id: z.string(),
  group: z.string(),
  truth: z.int(),
  probabilities: scores,
  peaks: scores.exactOptional(),
})
