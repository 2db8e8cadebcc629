import { z } from 'zod'
import { alertsSchema } from './schema/alerts-schema.ts'
import { behavioursShape, cameraBehaviourFields } from './schema/behaviour-schema.ts'
import { httpSchema } from './schema/http-schema.ts'
import { kafkaSchema } from './schema/kafka-schema.ts'
import { learningSchema } from './schema/learning-schema.ts'
import { modelSchema } from './schema/models-schema.ts'
import { mqttSchema } from './schema/mqtt-schema.ts'
import { poseSchema } from './schema/pose-schema.ts'
import { cameraRecordingSchema, recordingSchema } from './schema/recording-schema.ts'
import { cameraSamplingSchema, samplingSchema } from './schema/sampling-schema.ts'
import { webhookSchema } from './schema/webhook-schema.ts'

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')

const motionSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Off lets every frame through.'),
  threshold: z.number().min(0).max(1).default(0.004).describe('Share of the picture that must change, 0–1.'),
  holdMs: z.int().min(0).default(3000).describe('How long the gate stays open after the last motion, ms.'),
})

const pictureSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Off: only the connection is watched.'),
  frozenAfterMs: z.int().min(500).default(4000).describe('Without any change it counts as frozen, ms.'),
  tamperAfterMs: z
    .int()
    .min(500)
    .default(20_000)
    .describe('Dark, covered or another view so long counts as tampering, ms.'),
})

export const cameraSchema = z.strictObject({
  id: slug.describe('Name of the camera in events, metrics and paths. A slug.'),
  url: z
    .string()
    .min(1)
    .describe('rtsp, rtsps, http or https URL, or a file. May refer to environment variables.'),
  mainUrl: z
    .string()
    .min(1)
    .exactOptional()
    .describe('Address of a larger stream of the same camera. It is recorded; url is analysed.'),
  groups: z
    .array(slug)
    .max(20)
    .exactOptional()
    .describe('Groups that it belongs to, such as a floor: the console shows and filters by them. Slugs.'),
  transport: z.enum(['tcp', 'udp']).default('tcp').describe('RTSP transport. tcp loses nothing.'),
  hardwareDecode: z
    .enum(['none', 'cuda', 'vaapi', 'qsv', 'videotoolbox'])
    .default('none')
    .describe('Hardware that decodes the stream. See vireo doctor.'),
  models: z
    .array(z.string())
    .exactOptional()
    .describe('Names of the models that watch it. Absent: all of them.'),
  detector: z
    .string()
    .min(1)
    .exactOptional()
    .describe('Name of the detector model, motion or none. Absent: the first detector, or else motion.'),
  detectFps: z
    .number()
    .positive()
    .max(60)
    .exactOptional()
    .describe('Frames per second to detect in. Absent: what the detector says; 5 for motion.'),
  detectTiles: z
    .string()
    .regex(/^[1-4]x[1-4]$/, 'columns x rows, each 1 to 4, such as 2x1')
    .exactOptional()
    .describe(
      'For people who are small in a wide picture: the detector also looks at so many overlapping parts of it, such as 2x1. Costs one inference more for each part. See docs/detection.md.',
    ),
  pose: poseSchema
    .exactOptional()
    .describe('Keypoints of people, for rules about postures. See docs/pose.md.'),
  ...cameraBehaviourFields,
  motion: motionSchema.prefault({}).describe('The motion gate in front of the models.'),
  picture: pictureSchema.prefault({}).describe('Whether the picture can be used.'),
  recording: cameraRecordingSchema
    .exactOptional()
    .describe('What is recorded otherwise than for the others.'),
  sampling: cameraSamplingSchema.exactOptional().describe('What is sampled otherwise than for the others.'),
  realtime: z
    .boolean()
    .default(true)
    .describe('Read a file at its own speed instead of as fast as possible.'),
  loop: z.boolean().default(false).describe('Start a file again when it ends.'),
  stallTimeoutMs: z.int().min(500).default(4000).describe('Without a frame this long it is restarted, ms.'),
  sound: z
    .boolean()
    .exactOptional()
    .describe('Off: its sound is never decoded. Absent: it is where a model of kind audio watches it.'),
  paused: z.boolean().default(false).describe('Keep the camera in the file without connecting to it.'),
})

const logSchema = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least severe level.'),
  pretty: z.boolean().default(false).describe('For people instead of JSON lines (needs pino-pretty).'),
})

/** The shape without the checks across fields: what config/schema/vireo.schema.json is made from. */
export const configShape = z.strictObject({
  version: z.literal(1).describe('Version of this format.'),
  node: z
    .strictObject({ name: slug.default('vireo').describe('Name of this machine in events.') })
    .prefault({})
    .describe('This machine.'),
  dataDir: z.string().min(1).default('./data').describe('Folder for the database, clips and runs.'),
  cameras: z.array(cameraSchema).max(1000).default([]).describe('The cameras.'),
  models: z.array(modelSchema).max(200).default([]).describe('The models.'),
  alerts: alertsSchema.prefault({}).describe('When scores become alerts.'),
  behaviours: behavioursShape
    .prefault({})
    .describe('What tracks of people and objects mean. See docs/rules.md.'),
  events: z
    .strictObject({
      keepDays: z
        .number()
        .positive()
        .default(30)
        .describe('Days that events stay readable here. What a receiver does not have yet stays longer.'),
    })
    .prefault({})
    .describe('The durable outbox.'),
  learning: learningSchema.exactOptional().describe('Absent: nothing is learned.'),
  recording: recordingSchema.prefault({}).describe('What is kept of the footage.'),
  sampling: samplingSchema
    .prefault({})
    .describe('What is recorded for review beside alerts. See docs/review.md.'),
  webhooks: z.array(webhookSchema).default([]).describe('Receivers of events over HTTP.'),
  kafka: kafkaSchema.exactOptional().describe('Absent: events stay in the durable outbox.'),
  mqtt: mqttSchema
    .exactOptional()
    .describe('An MQTT broker that gets events, and Home Assistant through it.'),
  http: httpSchema.prefault({}).describe('Health, metrics, the REST API and the console.'),
  log: logSchema.prefault({}).describe('Log output (stderr).'),
})

export type Config = z.infer<typeof configShape>
export type CameraConfig = Config['cameras'][number]
export type ModelConfig = Config['models'][number]
export type AlertsConfig = Config['alerts']
export type KafkaConfig = NonNullable<Config['kafka']>
