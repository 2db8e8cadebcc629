import { z } from 'zod'
import { pageFields, slug, time } from './api-fields.ts'

export const alertId = z.string().regex(/^[\w-]{1,128}$/, 'the id of an alert')
const yes = z.stringbool({ error: 'true or false' })
const mostCameras = 200

/** Ids of cameras with commas between them. */
const cameraIds = z
  .string()
  .max(64 * mostCameras)
  .transform((text) => text.split(','))
  .pipe(z.array(slug).min(1).max(mostCameras))

/** What a list of alerts is asked for. */
export const alertQuery = z.strictObject({
  camera: cameraIds
    .exactOptional()
    .describe('Only of this camera, or of these: ids with commas between them.'),
  label: z.string().max(200).exactOptional(),
  rule: z.string().max(200).exactOptional(),
  severity: z.enum(['info', 'warning', 'critical']).exactOptional(),
  zone: z.string().max(200).exactOptional(),
  open: yes.exactOptional().describe('Only alerts without an end, or only those with one.'),
  reviewed: yes.exactOptional().describe('Only alerts whose clip somebody has judged, or only the others.'),
  since: time.exactOptional().describe('Only alerts that began then or later.'),
  until: time.exactOptional().describe('Only alerts that began before.'),
  ...pageFields,
})

/** An alert as it stands. Rows of an older Vireo may lack what came later. */
export const alertEntry = z
  .looseObject({
    alertId,
    cameraId: z.string(),
    phase: z.enum(['new', 'update', 'end']),
    seq: z.number().exactOptional(),
    rule: z.string().exactOptional(),
    label: z.string().exactOptional(),
    severity: z.enum(['info', 'warning', 'critical']).exactOptional(),
    zone: z.string().nullable().exactOptional(),
    trackIds: z.array(z.string()).exactOptional(),
    score: z.number().exactOptional().describe('Highest so far.'),
    modelName: z.string().exactOptional(),
    modelVersion: z.string().exactOptional(),
    configHash: z.string().exactOptional(),
    startedAt: z.string().exactOptional().describe('Arrival of the first frame.'),
    lastAt: z.string().exactOptional().describe('Arrival of the last frame.'),
    endReason: z.string().nullable().exactOptional(),
    detector: z.string().exactOptional(),
    explanation: z.string().exactOptional().describe('What held with which values.'),
    reasons: z
      .array(
        z.looseObject({
          condition: z.string(),
          text: z.string(),
          value: z.union([z.number(), z.string()]).nullable(),
          asked: z.union([z.number(), z.string()]).nullable(),
        }),
      )
      .exactOptional()
      .describe('The values of the explanation one by one.'),
    reviewed: z.boolean().exactOptional().describe('Whether somebody has judged its clip.'),
    clip: z
      .strictObject({
        sha256: z.string(),
        durationMs: z.int(),
        preRollMs: z.int().exactOptional(),
        startedAt: z.string().exactOptional(),
        removedReason: z.string().nullable(),
      })
      .nullable()
      .describe('null while no clip is complete'),
  })
  .describe("The data of the alert's latest event (vireo/schema/alert.schema.json), and its clip.")
