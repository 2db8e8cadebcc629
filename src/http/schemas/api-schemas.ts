import { z } from 'zod'
import { cameraSchema } from '../../config/schema.ts'
import { alertEntry, alertId, alertQuery } from './alert-schemas.ts'
import { pageFields, slug, time } from './api-fields.ts'
import { shownAs } from './shown-as.ts'

const yes = z.stringbool({ error: 'true or false' })
const names = z.array(z.string())

const statusSchema = z.strictObject({
  state: z.enum(['connecting', 'live', 'stalled', 'offline']),
  reason: z.string().describe('For people.'),
  code: z.string().nullable().describe('See docs/errors.md.'),
  since: time,
  epoch: z.int().describe('Connections so far.'),
  attempt: z.int().describe('Connections since it was last live.'),
  picture: z.string().describe('Whether its picture can be used: `ok`, or what is wrong.'),
})
const models = z.array(
  z.strictObject({
    name: z.string(),
    version: z.string().nullable(),
    ready: z.boolean(),
    /** Which graph of a quantised model serves on this processor. */
    precision: z.strictObject({ serves: z.enum(['quantised', 'float']), reason: z.string() }).exactOptional(),
  }),
)
const cameraEntry = z.strictObject({
  id: slug,
  paused: z.boolean(),
  mutedUntil: time.nullable().describe('Its alerts are stored and sent to nobody until then.'),
  status: statusSchema.nullable().describe('null while it is paused'),
  mainStatus: statusSchema.nullable().describe('Of the stream that is only recorded; null without one.'),
  config: z.looseObject({ id: slug, url: z.string().describe('Without logins.') }),
})
const cameraChange = z.strictObject({
  camera: cameraEntry.nullable().describe('null when it was removed'),
  attached: names,
  detached: names,
  changed: names,
  retuned: names.describe('Went on with other rules, without losing a frame.'),
  restart: names.describe('Other changes in the file that take effect only with a restart.'),
})
const named = z.strictObject({ added: names, removed: names, changed: names })
const clipEntry = z.strictObject({
  alertId,
  cameraId: z.string(),
  label: z.string().nullable(),
  rule: z.string().nullable(),
  score: z.number().nullable(),
  sha256: z.string(),
  bytes: z.int(),
  startedAt: time,
  durationMs: z.int(),
  preRollMs: z.int(),
  endReason: z.string().nullable().describe('Why it ends early.'),
  reviewed: z.boolean(),
  removedReason: z.string().nullable(),
})

const cameraFields = 'a JSON object with the fields of a camera'
export const yamlTypes = ['application/yaml', 'text/yaml', 'text/plain']

/** What requests and answers look like: checked against requests, shown in the OpenAPI document. */
export const apiSchemas = {
  cameraId: z.strictObject({ id: slug }),
  alertId: z.strictObject({ alertId }),
  alertQuery,
  clipQuery: z.strictObject({
    camera: slug.exactOptional(),
    label: z.string().max(200).exactOptional(),
    since: time.exactOptional().describe('Only clips that begin then or later.'),
    removed: yes.exactOptional().describe('Those that were removed, too.'),
    ...pageFields,
  }),
  /** Fields are checked with the file that they come into: see docs/configuration.md. */
  camera: shownAs(z.looseObject({ id: slug }, { error: cameraFields }), cameraSchema),
  cameraPatch: z
    .looseObject({}, { error: cameraFields })
    .describe('Fields of a camera; null takes one away (merge patch, RFC 7396).'),
  yaml: z
    .string({ error: `YAML with one of the types ${yamlTypes.join(', ')}` })
    .describe('A whole configuration file, YAML.'),
  ready: z.strictObject({
    ready: z.boolean(),
    cameras: z.array(z.looseObject({})).exactOptional(),
    models: models.exactOptional(),
  }),
  status: z.strictObject({
    node: z.string(),
    configHash: z.string(),
    startedAt: time,
    uptimeS: z.number(),
    cameras: z.record(z.string(), z.int()).describe('How many cameras are in each state.'),
    models,
    sinks: z
      .array(
        z.strictObject({
          name: z.string(),
          pending: z.int(),
          waitingSince: z.iso.datetime().nullable(),
          problem: z
            .strictObject({ code: z.string(), message: z.string() })
            .nullable()
            .describe('Why it did not take what was sent to it last.'),
          deadLetters: z.int().describe('Events that it will never take.'),
        }),
      )
      .describe('Receivers of events, and how many they have not taken yet.'),
  }),
  cameraList: z.strictObject({ cameras: z.array(cameraEntry) }),
  cameraEntry,
  cameraChange,
  config: z.looseObject({}).describe('Without secrets.'),
  diff: z.strictObject({
    cameras: named,
    models: named,
    rules: named,
    sections: names,
    restart: names.describe('What of it takes effect only with a restart.'),
  }),
  alertList: z.strictObject({
    alerts: z.array(alertEntry),
    next: z.string().nullable().describe('Give it as cursor; null: there are no more.'),
  }),
  alertEntry,
  clipList: z.strictObject({
    clips: z.array(clipEntry),
    next: z.string().nullable().describe('Give it as cursor; null: there are no more.'),
  }),
  clipEntry,
} as const
