import { z } from 'zod'
import { decodeSchema } from './decode-schema.ts'
import { poseSchema } from './pose-schema.ts'

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')

const version = z
  .string()
  .max(64)
  .regex(/^\d+(\.\d+){0,2}([-+][0-9A-Za-z.-]+)?$/, 'a version such as 1.4.0 or 1.4.0-rc.1')

/** A path inside the bundle folder. Nothing that could lead out of it, on any platform, is accepted. */
const insidePath = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/,
    'a path inside the bundle folder: letters, digits, "-", "_", ".", parts joined by "/", none starting with "."',
  )

const tensorName = z.string().min(1).max(200)
const sidePx = z.int().min(1).max(4096)
const share = z.number().min(0).max(1)

/** The fields of bundle.json, each by itself; see bundle-schema.ts for the rules between them. */
export const bundleShape = z.strictObject({
  formatVersion: z.literal(1).describe('Version of this format.'),
  name: slug.describe('Name of the model. A slug.'),
  version: version.describe('Version of the model.'),
  kind: z
    .enum(['clip', 'stream', 'detector', 'pose', 'audio', 'skeleton'])
    .describe(
      'Whole clips, tubelets with carried state, single frames, single frames cut around a person, windows of sound, or the keypoints of a person over time.',
    ),
  description: z.string().max(2000).describe('What it recognises, in a sentence.'),
  temporal: z.strictObject({
    frames: z
      .int()
      .min(1)
      .describe('Frames of one call (T), at most 1024; samples for kind audio, moments for kind skeleton.'),
    sampleFps: z
      .number()
      .positive()
      .describe(
        'Rate at which frames are sampled, at most 240; 16000 for kind audio, at most 60 for kind skeleton.',
      ),
    strideFrames: z
      .int()
      .min(1)
      .describe('Frames between the starts of consecutive clips, at most 4096; samples for kind audio.'),
  }),
  input: z.strictObject({
    name: tensorName.describe(
      'Graph input: uint8 [N, T, H, W, 3], RGB; int16 [N, T] for kind audio; float32 [N, T, 2, 17, 3] for kind skeleton.',
    ),
    widthPx: sidePx.describe('Width of a frame, at least 8; 1 for kind audio and skeleton.'),
    heightPx: sidePx.describe('Height of a frame, at least 8; 1 for kind audio and skeleton.'),
  }),
  output: z.strictObject({
    name: tensorName.describe(
      'Graph output: float32 [N, labels], [N, ...decode.shape] of a detector, [N, ...pose.shape], or [N, anomaly.places].',
    ),
    activation: z
      .enum(['softmax', 'sigmoid', 'none'])
      .describe('What the engine applies to the output; none: it is probabilities already.'),
  }),
  states: z
    .array(
      z.strictObject({
        input: tensorName.describe('Graph input: float32 [N, ...shape]; zeros after a reset.'),
        output: tensorName.describe("Graph output that is the next call's input."),
        shape: z.array(z.int().min(1)).max(6).describe('Shape of one state, without N.'),
      }),
    )
    .max(256)
    .describe('State carried from call to call; only for kind stream.'),
  warmupClips: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Calls after a reset whose scores are withheld; only for kind stream.'),
  decode: decodeSchema
    .exactOptional()
    .describe('How the output is read; only for kind detector, and needed there.'),
  pose: poseSchema
    .exactOptional()
    .describe('How the output is read as keypoints; only for kind pose, and needed there.'),
  anomaly: z
    .strictObject({
      places: z.int().min(1).max(65_536).describe('Errors of one clip: one for each place of the picture.'),
    })
    .exactOptional()
    .describe(
      "The output is prediction errors, float32 [N, places], which each camera's calibration makes the score of the only label.",
    ),
  labels: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100).describe('Name of the label in events.'),
        threshold: share.describe('Score from which it alerts unless a rule says otherwise, 0–1.'),
        background: z.boolean().describe('True for a label that never alerts, such as "empty".'),
      }),
    )
    .min(1)
    .max(10_000)
    .describe('One entry for each column of the output, in its order.'),
  graph: insidePath.describe('The ONNX file; must be among the files.'),
  floatGraph: insidePath
    .exactOptional()
    .describe(
      'The float graph that `graph` was quantised from: the engine serves it where the quantised one is not faster, or loses more than stated.',
    ),
  files: z
    .array(
      z.strictObject({
        path: insidePath.describe('Path inside the folder.'),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits')
          .describe('SHA-256 of the bytes.'),
        bytes: z.int().min(0).describe('Length.'),
      }),
    )
    .min(1)
    .max(1000)
    .describe('Every file of the bundle except bundle.json.'),
  license: z.string().min(1).max(200).describe('SPDX identifier, or NOASSERTION.'),
  trainedOn: z
    .enum(['simulated', 'recorded'])
    .exactOptional()
    .describe(
      'simulated: it has only learned from simulated people and is refused where it is not allowed expressly.',
    ),
  parent: z.string().max(200).nullable().describe('The version that it was trained from, or null.'),
  dataset: z.string().max(200).nullable().describe('The dataset version that it was trained on, or null.'),
  metrics: z.record(z.string(), z.number()).describe('Figures of its evaluation, by name.'),
})

export type BundleShape = z.infer<typeof bundleShape>
