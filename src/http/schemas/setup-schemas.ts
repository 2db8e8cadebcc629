import { z } from 'zod'
import { slug } from './api-fields.ts'

const names = z.array(z.string())
const text = z.string().max(2000)
const fields = z.record(z.string(), z.unknown())
const login = z
  .strictObject({ user: z.string().min(1).max(200), password: z.string().max(200) })
  .describe('Goes to the camera and nowhere else: not into the log, the answer or the command line.')
const nameOrNull = z.string().nullable()
const sizeOrNull = z.number().nullable()

const edit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('add'), camera: z.looseObject({ id: slug }) }),
  z.strictObject({ kind: z.literal('change'), id: slug, patch: z.looseObject({}) }),
  z.strictObject({ kind: z.enum(['remove', 'pause', 'resume']), id: slug }),
  z.strictObject({
    kind: z.literal('rule'),
    name: slug,
    rule: fields.nullable().describe('All fields but the name; null takes the rule away.'),
  }),
  z.strictObject({
    kind: z.literal('schedule'),
    schedule: z.strictObject({
      timeZone: z.string().max(100).exactOptional(),
      armed: z.array(z.looseObject({})).max(50).nullable().exactOptional(),
      disarmed: z.array(z.looseObject({})).max(50).nullable().exactOptional(),
    }),
  }),
])
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'basedOn of a preview')
const edits = z.array(edit).min(1).max(200)
const logins = z
  .array(z.strictObject({ ...login.shape, camera: slug }))
  .max(50)
  .exactOptional()
  .describe('Logins of cameras whose addresses are in the edits; kept in the file of variables.')
const effects = {
  attached: names,
  detached: names,
  changed: names.describe('Restarted.'),
  retuned: names.describe('Go on with other rules, without losing a frame.'),
  restart: names.describe('What takes effect only with a restart.'),
}

export const setupSchemas = {
  discovery: z.strictObject({
    seconds: z.number().min(1).max(10).default(4).describe('How long answers are collected.'),
    address: z.string().max(300).exactOptional().describe('Ask this device only: HOST or HOST:PORT.'),
    login: login.exactOptional(),
  }),
  devices: z.strictObject({
    devices: z.array(
      z.strictObject({
        address: z.string(),
        name: nameOrNull,
        manufacturer: nameOrNull,
        model: nameOrNull,
        asked: z.boolean().describe('Whether it was asked for its streams.'),
        notes: names,
        error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
        profiles: z.array(
          z.strictObject({
            name: nameOrNull,
            codec: nameOrNull,
            widthPx: sizeOrNull,
            heightPx: sizeOrNull,
            fps: sizeOrNull,
            streamUrl: nameOrNull.describe('Without a login.'),
            role: z.enum(['main', 'sub', 'both']).nullable(),
          }),
        ),
        cameras: z.array(z.strictObject({ id: slug, url: z.string(), mainUrl: z.string().exactOptional() })),
      }),
    ),
  }),
  probe: z.strictObject({
    url: text.min(1).describe('rtsp, rtsps, http or https.'),
    login: login.exactOptional(),
    transport: z.enum(['tcp', 'udp']).exactOptional(),
  }),
  probed: z.strictObject({
    stream: z.strictObject({
      codec: z.string(),
      profile: nameOrNull,
      widthPx: z.number(),
      heightPx: z.number(),
      fps: sizeOrNull,
      audio: z.strictObject({ codec: z.string(), sampleRateHz: z.number(), channels: z.number() }).nullable(),
      firstKeyframeMs: sizeOrNull,
      transport: z.enum(['tcp', 'udp']).nullable(),
    }),
    picture: nameOrNull.describe('The first picture: JPEG, base64.'),
    hints: z.array(
      z.strictObject({
        code: z.enum(['transport', 'large', 'hevc', 'mjpeg', 'slow', 'sub_stream']),
        text: z.string(),
        set: z
          .strictObject({
            transport: z.enum(['tcp', 'udp']).exactOptional(),
            url: z.string().exactOptional(),
            mainUrl: z.string().exactOptional(),
          })
          .exactOptional()
          .describe('Fields of the camera that would follow it.'),
      }),
    ),
  }),
  presets: z.strictObject({
    presets: z.array(
      z.strictObject({
        name: z.string(),
        summary: z.string(),
        severity: z.enum(['info', 'warning', 'critical']),
        lacks: z
          .string()
          .exactOptional()
          .describe('The action that no loaded model knows: the rule needs another.'),
        parameters: z.array(
          z.strictObject({
            name: z.string(),
            type: z.string().describe('What a form asks for it with.'),
            unit: z.string().exactOptional(),
            least: z.number().exactOptional(),
            most: z.number().exactOptional(),
            step: z.number().exactOptional(),
            about: z.string(),
            required: z.boolean(),
            default: z
              .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
              .exactOptional(),
          }),
        ),
      }),
    ),
    objects: names.describe('What the detectors find.'),
    actions: names.describe('What the other models know.'),
  }),
  previewWish: z.strictObject({ edits, logins }),
  editWish: z.strictObject({
    edits,
    logins,
    basedOn: hash
      .exactOptional()
      .describe('`basedOn` of the preview; a file that changed since is left as it is.'),
  }),
  preview: z.strictObject({
    ...effects,
    basedOn: z.string(),
    hunks: z.array(
      z.strictObject({
        beforeLine: z.int(),
        afterLine: z.int(),
        lines: z.array(z.strictObject({ kind: z.enum(['same', 'removed', 'added']), text: z.string() })),
      }),
    ),
    variables: names.describe('Variables that will be written beside the file.'),
  }),
  edited: z.strictObject({ ...effects, basedOn: z.string() }),
  mute: z.strictObject({
    minutes: z
      .number()
      .positive()
      .max(7 * 24 * 60)
      .default(60),
  }),
} as const
