import { z } from 'zod'
import { tierSchema } from './tier-schema.ts'

const fields = {
  clips: z.boolean().describe('Record a clip of every alert.'),
  preRollMs: z.int().min(0).max(60_000).describe('Footage before an alert, ms; begins at a keyframe.'),
  postRollMs: z.int().min(0).max(300_000).describe('Footage after an alert, ms.'),
  maxClipMs: z.int().min(1000).max(3_600_000).describe('Longest clip, ms.'),
  keepDays: z.number().positive().describe('Days that clips are kept.'),
  maxMb: z.int().min(1).describe('Most MB of clips and segments of one camera; the oldest go first.'),
  continuous: z.boolean().describe('Record everything, too, in segments.'),
  segmentMs: z.int().min(1000).max(3_600_000).describe('Length of a segment, ms; ends at a keyframe.'),
  keepSegmentsDays: z.number().positive().describe('Days that segments are kept.'),
  tierAfterHours: z
    .number()
    .min(0)
    .describe('Hours after which segments without events are re-encoded to take less room; 0: never.'),
}

/** What a camera may have otherwise than the others. */
export const cameraRecordingSchema = z.strictObject({
  clips: fields.clips.exactOptional(),
  preRollMs: fields.preRollMs.exactOptional(),
  postRollMs: fields.postRollMs.exactOptional(),
  maxClipMs: fields.maxClipMs.exactOptional(),
  keepDays: fields.keepDays.exactOptional(),
  maxMb: fields.maxMb.exactOptional(),
  continuous: fields.continuous.exactOptional(),
  segmentMs: fields.segmentMs.exactOptional(),
  keepSegmentsDays: fields.keepSegmentsDays.exactOptional(),
  tierAfterHours: fields.tierAfterHours.exactOptional(),
})

export const recordingSchema = z.strictObject({
  clips: fields.clips.default(true),
  preRollMs: fields.preRollMs.default(5000),
  postRollMs: fields.postRollMs.default(5000),
  maxClipMs: fields.maxClipMs.default(120_000),
  keepDays: fields.keepDays.default(30),
  maxMb: fields.maxMb.default(50_000),
  continuous: fields.continuous.default(false),
  segmentMs: fields.segmentMs.default(60_000),
  keepSegmentsDays: fields.keepSegmentsDays.default(3),
  tierAfterHours: fields.tierAfterHours.default(0),
  tier: tierSchema.prefault({}).describe('How segments without events are re-encoded.'),
  protectDays: z
    .number()
    .min(0)
    .default(14)
    .describe('Days that the clip of an alert that nobody reviewed is not removed to make room.'),
  lowFreeMb: z
    .int()
    .min(0)
    .default(1024)
    .describe('With less free disk than this the oldest footage is removed.'),
  enoughFreeMb: z.int().min(0).default(2048).describe('Until so much is free again; at least lowFreeMb.'),
})

export type RecordingConfig = z.infer<typeof recordingSchema>

/** How one camera is recorded: its own settings over those of all. */
export function recordingOf(
  recording: RecordingConfig,
  camera: { readonly recording?: z.infer<typeof cameraRecordingSchema> },
): RecordingConfig {
  const own = Object.entries(camera.recording ?? {}).filter(([, value]) => value !== undefined)
  return { ...recording, ...Object.fromEntries(own) }
}

/** What a camera's recording depends on while it runs: not what becomes of footage afterwards. */
export function capturedAs(recording: RecordingConfig) {
  const { clips, preRollMs, postRollMs, maxClipMs, continuous, segmentMs } = recording
  return { clips, preRollMs, postRollMs, maxClipMs, continuous, segmentMs }
}
