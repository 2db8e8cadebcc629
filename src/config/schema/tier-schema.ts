import { z } from 'zod'

/** How old footage without events is re-encoded; see docs/footage.md. */
export const tierSchema = z.strictObject({
  maxHeightPx: z.int().min(120).max(4320).default(480).describe('Largest height; smaller pictures stay.'),
  maxFps: z
    .number()
    .positive()
    .max(120)
    .default(8)
    .describe('Most pictures a second; each keeps its own time.'),
  codec: z
    .enum(['h264', 'h265'])
    .default('h264')
    .describe('h265 is about a third smaller and takes several times longer; fewer players show it.'),
  crf: z
    .int()
    .min(10)
    .max(45)
    .default(28)
    .describe('Quality that the encoder aims at; lower is better and larger.'),
  eventMarginMs: z
    .int()
    .min(0)
    .default(30_000)
    .describe('Footage so close to an alert, a clip or a judged sample stays as it is, ms.'),
  minSsim: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('Structural similarity below which the original stays, 0–1.'),
  minPsnrDb: z
    .number()
    .min(0)
    .default(28)
    .describe('Signal-to-noise ratio below which the original stays, dB.'),
  minVmaf: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('VMAF below which the original stays, 0–100. Above 0 an ffmpeg with libvmaf is needed.'),
  minSavingPercent: z
    .number()
    .min(0)
    .max(99)
    .default(20)
    .describe('Saving below which the original stays, percent of its bytes.'),
  threads: z.int().min(1).max(64).default(1).describe('Threads of the encoder.'),
  niceness: z.int().min(0).max(19).default(19).describe('How far it steps back for other processes.'),
  pauseAbove: z
    .number()
    .min(1)
    .default(1)
    .describe('It pauses while the live path lengthens its strides by more than this factor.'),
  pauseAboveLoad: z
    .number()
    .min(0.05)
    .max(1)
    .default(0.85)
    .describe('It pauses while everything else takes more than this share of the cores, 0–1.'),
})

export type TierConfig = z.infer<typeof tierSchema>
