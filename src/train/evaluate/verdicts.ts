import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { parseJson } from '../../core/text/parse-json.ts'
import type { Prediction } from './prediction.ts'
import { storedPrediction } from './stored-prediction.ts'

const predictions = z.array(
  storedPrediction.transform(
    ({ peaks, probabilities, ...rest }): Prediction => ({
      ...rest,
      probabilities: Float32Array.from(probabilities, Number),
      ...(peaks && { peaks: Float32Array.from(peaks, Number) }),
    }),
  ),
)
const side = z.object({
  predictions,
  latency: z.object({ p50Ms: z.number(), p95Ms: z.number(), conditions: z.string() }).nullable(),
})

/** What both versions said of the footage that nobody was trained on, as a file of the run. */
const verdictsSchema = z.object({
  labels: z.array(z.string()),
  /** Thresholds of the challenger; null for labels that never alert. */
  thresholds: z.array(z.number().nullable()),
  footageS: z.record(z.string(), z.number()),
  challenger: side,
  champion: side.extend({ name: z.string() }),
  /** Labels that the champion alerts on and the challenger does not know. */
  lostLabels: z.array(z.string()).default([]),
  /** Of the clips that people corrected, on whatever side they are. */
  corrected: z
    .object({ challenger: predictions.default([]), champion: predictions.nullable().default(null) })
    .default({ challenger: [], champion: null }),
  validation: predictions,
  /** How well actions are recognised that labelled footage may not show; see KnownAction. */
  known: z
    .array(
      z.object({
        label: z.string(),
        windows: z.number(),
        before: z.number(),
        now: z.number(),
        changed: z.number(),
      }),
    )
    .default([]),
  /** How many of the predictions are of cross-validation. */
  crossValidated: z.int().default(0),
})

export type Verdicts = Readonly<z.infer<typeof verdictsSchema>>

const fileName = 'predictions.json'
const plainNumbers = (_name: string, value: unknown) => (value instanceof Float32Array ? [...value] : value)

export async function writeVerdicts(dir: string, verdicts: Verdicts): Promise<void> {
  await writeFile(join(dir, fileName), JSON.stringify(verdicts, plainNumbers))
}

/** @throws AppError TRAIN_CHECKPOINT when the file is damaged */
export async function readVerdicts(dir: string): Promise<Verdicts> {
  const file = join(dir, fileName)
  const refuse = (reason: string) =>
    new AppError(
      'TRAIN_CHECKPOINT',
      `${file}: is damaged (${reason}); remove ${dir}, and the run begins anew`,
    )
  return parseJson(await readFile(file, 'utf8'), verdictsSchema, refuse)
}
