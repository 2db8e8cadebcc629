import { z } from 'zod'

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')

/** How a new version of a model from the registry comes into use beside running cameras. */
const rolloutSchema = z.strictObject({
  shadowClips: z
    .int()
    .min(0)
    .default(200)
    .describe('Live clips that a new version judges unheard before it takes over; 0: it takes over at once.'),
  minAgreement: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of these clips on which it must think as the live version does, 0–1.'),
  watchMs: z
    .int()
    .min(0)
    .default(900_000)
    .describe('How long it is watched after it took over, ms; in this time it may be rolled back.'),
  maxErrorShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Share of clips without scores by its fault.'),
  maxLatencyFactor: z
    .number()
    .min(1)
    .default(4)
    .describe('Time for a clip, as a multiple of what the former version took.'),
  maxAlertFactor: z
    .number()
    .min(1)
    .default(5)
    .describe('Alerts in an hour, as a multiple of what the former version raised.'),
  minAlerts: z.int().min(1).default(5).describe('Fewer alerts than this never roll it back.'),
})

export const modelSchema = z.strictObject({
  name: slug.describe('Name that cameras and rules refer to. A slug.'),
  path: z.string().min(1).exactOptional().describe('Folder of the model bundle (holds bundle.json).'),
  registry: slug
    .exactOptional()
    .describe('Instead of path: the live version of this model in the registry of dataDir.'),
  rollout: rolloutSchema.prefault({}).describe('How a new version from the registry takes over.'),
  providers: z
    .array(z.enum(['tensorrt', 'cuda', 'webgpu', 'cpu']))
    .min(1)
    .default(['cpu'])
    .describe('Execution providers in order of preference. cpu is used only when listed.'),
  workers: z.int().min(1).max(64).default(1).describe('Worker threads, each with its own session.'),
  intraOpThreads: z.int().min(0).default(0).describe('Threads inside one run; 0 lets ONNX Runtime choose.'),
  maxBatch: z.int().min(1).max(256).default(8).describe('Most clips in one run.'),
  scope: z
    .enum(['scene', 'person'])
    .exactOptional()
    .describe(
      'person: clips are cut around each person. Absent: scene, the whole picture; a model of kind skeleton always looks at each person.',
    ),
  allowSimulated: z
    .boolean()
    .default(false)
    .describe(
      'Run it although it was trained on simulated people only: to try Vireo, not to watch anything.',
    ),
  deadlineMs: z.int().min(0).default(50).describe('Longest wait for a batch to fill, ms.'),
})

export type RolloutConfig = z.infer<typeof rolloutSchema>

/** What is wrong with where the models come from, by index. */
export function checkModelSources(
  models: readonly { readonly path?: string; readonly registry?: string }[],
  issue: (path: (string | number)[], message: string) => void,
): void {
  models.forEach(({ path, registry }, at) => {
    if (path === undefined && registry === undefined)
      issue(['models', at], 'give path (folder of a bundle) or registry (name of a model in the registry)')
    if (path !== undefined && registry !== undefined)
      issue(['models', at, 'registry'], 'give path or registry, not both')
  })
}
