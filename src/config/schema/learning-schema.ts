import { z } from 'zod'

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')
const share = z.number().min(0).max(1)
const plan = z.record(z.string(), z.unknown())

/** The loop that makes new versions of a model; see docs/learning.md. */
export const learningSchema = z.strictObject({
  model: slug.describe('Name of the model in the registry that new versions are of.'),
  schedule: z
    .string()
    .min(1)
    .exactOptional()
    .describe('When a running Vireo learns: a cron expression, local time. Absent: only vireo learn --once.'),
  labelled: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'Labelled footage: dataset:NAME (what vireo dataset build made), CSV files (path,label,group[,startMs,endMs]), folders.',
    ),
  footage: z
    .array(z.string().min(1))
    .default([])
    .describe('Footage without labels to pretrain on: videos and folders of videos.'),
  recordings: z
    .boolean()
    .default(false)
    .describe('Pretrain on the recorded segments of dataDir, too (recording.continuous).'),
  background: z.array(z.string()).default([]).describe('Labels that never alert.'),
  network: z
    .enum(['auto', 'transformer', 'cnn'])
    .default('auto')
    .describe(
      'What is taught. cnn: the per-frame CNN, which learns from few clips. auto: that one for under 200 labelled clips, unless settings of the transformer are given, there is footage to pretrain on, or the live version is one.',
    ),
  preset: z.enum(['nano', 'small', 'base']).default('nano').describe('Size of the video transformer.'),
  sizes: z
    .strictObject({
      frames: z.int().min(1).exactOptional().describe('Frames of a clip.'),
      widthPx: z.int().min(8).exactOptional().describe('Width of a frame.'),
      heightPx: z.int().min(8).exactOptional().describe('Height of a frame.'),
      patchPx: z.int().min(1).exactOptional().describe('Side of a patch.'),
      tubeletFrames: z.int().min(1).exactOptional().describe('Frames of a tubelet.'),
      width: z.int().min(8).exactOptional().describe('Width of an embedding.'),
      heads: z.int().min(1).exactOptional().describe('Heads of attention.'),
      hidden: z.int().min(1).exactOptional().describe('Width of the hidden layer of a block.'),
      depthSpace: z.int().min(1).exactOptional().describe('Blocks over the places of a tubelet.'),
      depthTime: z.int().min(1).exactOptional().describe('Blocks over the tubelets of a clip.'),
      input: z
        .enum(['colour', 'motion'])
        .exactOptional()
        .describe('Whether colours are looked at, or brightness and movement.'),
      pooling: z
        .enum(['mean', 'max'])
        .exactOptional()
        .describe(
          'How the places of a tubelet become one embedding: their mean, or of each feature the largest, which finds a small person sooner.',
        ),
    })
    .prefault({})
    .describe('Sizes that differ from those of the preset.'),
  backbone: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      'Folder of an imported clip bundle whose graph is taught instead of the video transformer; sizes and rate are its own.',
    ),
  freeze: z
    .enum(['backbone'])
    .exactOptional()
    .describe(
      'backbone: its graph stays as it is, and only a new head is taught, on features that are computed once.',
    ),
  people: z
    .string()
    .min(1)
    .exactOptional()
    .describe(
      'Folder of a detector of people: labelled footage is cut around the person who is seen longest, as a model with scope: person is shown it.',
    ),
  sampleFps: z
    .number()
    .positive()
    .max(240)
    .exactOptional()
    .describe(
      'Rate at which frames are sampled. Absent: 8 for the transformer; for the CNN 12.5, or more where clips are shorter than a second.',
    ),
  startFrom: z
    .enum(['live', 'scratch'])
    .default('live')
    .describe(
      'Weights to begin with: those of the live version where its sizes are the same, or random ones.',
    ),
  pretrain: plan
    .default({})
    .describe('Settings of pretraining (docs/learning.md): steps, batch, maskRatio, peakRate and others.'),
  finetune: plan.default({}).describe('Settings of fine-tuning (docs/training.md).'),
  gate: plan.default({}).describe('What a new version must show (docs/evaluation.md).'),
  validationShare: share.default(0.15).describe('Share of the groups that say which epoch is best.'),
  testShare: share
    .default(0.2)
    .describe('Share of the groups that are only for judging; a group stays there for ever.'),
  folds: z
    .union([z.literal(0), z.literal(2), z.literal(3)])
    .default(3)
    .describe(
      'Parts of cross-validation where fewer than 20 clips are left for validation: thresholds and figures then rest on clips that the judged model did not see, and the version learns from validation, too. 0: none.',
    ),
  viewsPerItem: z
    .int()
    .min(1)
    .default(3)
    .describe('Clips of each piece of footage that are judged and averaged.'),
  kind: z
    .enum(['clip', 'stream', 'skeleton', 'auto'])
    .default('clip')
    .describe(
      'What is served: clip: whole clips; stream: a stream of tubelets; skeleton: a skeleton model, which learns from the keypoints of people; auto: a first version is what recognises most in cross-validation, a later one what the live one is.',
    ),
  quantize: z
    .enum(['none', 'dynamic', 'static', 'fp16'])
    .default('none')
    .describe('Whether a smaller model is served; it is that one which is judged.'),
  promote: z
    .enum(['yes', 'no'])
    .default('yes')
    .describe(
      'Whether a version that passes the gate goes live by itself (after its shadow); no: only registered.',
    ),
  keepVersions: z
    .int()
    .min(0)
    .default(5)
    .describe('Versions that stay besides the live and the previous one.'),
  cache: z
    .strictObject({
      maxAgeDays: z
        .number()
        .positive()
        .default(30)
        .describe('Decoded footage that was not used for so many days is removed.'),
      maxGb: z
        .number()
        .positive()
        .default(50)
        .describe('Above it decoded footage is removed, what was not used for longest first, GB.'),
    })
    .prefault({})
    .describe('Limits of dataDir/learning/cache; footage of a run in progress stays.'),
  seed: z.int().min(0).default(1).describe('The same seed and footage give the same version.'),
  provider: z
    .enum(['cpu', 'cuda', 'webgpu'])
    .default('cpu')
    .describe('Execution provider that trains; it must run the steps, or the run is refused.'),
  threads: z.int().min(0).default(0).describe('Threads of training; 0: all cores but one.'),
  niceness: z.int().min(0).max(19).default(10).describe('How far training steps back for other processes.'),
  pauseAbove: z
    .number()
    .min(1)
    .default(1)
    .describe('Training pauses while the live path lengthens its strides by more than this factor.'),
})

export type LearningConfig = z.infer<typeof learningSchema>
