import { z } from 'zod'
import { pageFields, slug, time } from './api-fields.ts'

const numberOrNull = z.number().nullable()
const names = z.array(z.string())
const levels = z.enum(['debug', 'info', 'warn', 'error'])

export const monitorSchemas = {
  health: z.strictObject({
    at: time,
    cameras: z.array(
      z.strictObject({
        id: slug,
        framesPerS: numberOrNull,
        restarts: z.int(),
        lastMinuteDrops: z.int(),
      }),
    ),
    drops: z
      .array(
        z.strictObject({
          stage: z.string(),
          reason: z.string(),
          camera: z.string(),
          lastMinute: z.int(),
          total: z.int(),
        }),
      )
      .describe('What was dropped, and why.'),
    latency: z
      .array(
        z.strictObject({
          stage: z.string().describe('`accepted`: on disk; `ack`: taken by the first receiver.'),
          p50S: numberOrNull,
          p95S: numberOrNull,
          count: z.int(),
        }),
      )
      .describe("From a frame's arrival, over five minutes."),
    models: z.array(
      z.strictObject({
        name: z.string(),
        version: z.string(),
        kind: z.string(),
        ready: z.boolean(),
        providers: names.describe('What its workers really run on.'),
        wanted: names.describe('As configured, in order of preference.'),
        problems: names,
        strideScale: z.number(),
        queuedClips: z.int(),
        failedClips: z.int(),
        meanRunMs: z.number(),
        clipsPerS: numberOrNull,
      }),
    ),
    machine: z.strictObject({
      cores: z.int(),
      busy: numberOrNull.describe('Of all cores, 0–1.'),
      processCores: numberOrNull,
      rssBytes: z.number(),
      memoryBytes: z.number(),
      memoryFreeBytes: z.number(),
      delayP95Ms: numberOrNull.describe('By how much the process is late for its timers.'),
    }),
    disk: z.strictObject({
      totalBytes: z.number(),
      freeBytes: z.number(),
      recordedBytes: z.number(),
      bytesPerDay: z.number(),
      fullInDays: numberOrNull.describe('Until footage goes before its time; null: never.'),
      retentionInDays: numberOrNull.describe('Until the first camera has all that it may keep.'),
      steadyBytes: z.number().describe('What recordings come to at last.'),
    }),
  }),
  seriesQuery: z.strictObject({ camera: slug.exactOptional() }),
  series: z.strictObject({
    everyS: z.number(),
    at: time.describe('Of the last point.'),
    values: z.record(z.string(), z.array(numberOrNull)),
  }),
  logQuery: z.strictObject({
    level: levels.default('info').describe('Least severe level.'),
    camera: slug.exactOptional(),
    cursor: z.coerce.number().int().min(0).exactOptional().describe('`next` of the answer before.'),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  logs: z.strictObject({
    lines: z.array(
      z.strictObject({
        seq: z.int(),
        at: time,
        level: levels,
        message: z.string(),
        camera: z.string().nullable(),
        fields: z.string().describe('JSON; cut where it is long.'),
      }),
    ),
    next: z.int().describe('Give it as cursor.'),
    lost: z.boolean().describe('Lines between this and the answer before are gone.'),
  }),
  letterQuery: z.strictObject(pageFields),
  letters: z.strictObject({
    letters: z.array(
      z.strictObject({
        sink: z.string(),
        id: z.string(),
        camera: z.string(),
        type: z.string(),
        reason: z.string(),
        at: time,
      }),
    ),
    next: z.string().nullable(),
  }),
  letter: z.strictObject({ sink: z.string().min(1).max(200), id: z.string().min(1).max(200) }),
  done: z.strictObject({ ok: z.literal(true) }),
} as const
