import { z } from 'zod'
import { keypointNames } from '../core/pose.ts'
import { clipEndings } from '../core/recorded-clip.ts'
import type { BodyReading } from './body-reading.ts'

/** A clip's keypoints lie beside it under this ending. */
export const bodySuffix = clipEndings.bodies

/** What was found of the people of a clip. Times are microseconds of the clip. */
export interface BodyFile {
  readonly alertId: string
  readonly cameraId: string
  /** The picture in whose pixels everything is. */
  readonly picture: { readonly widthPx: number; readonly heightPx: number }
  /** Whom the alert or the sample is about; empty: the whole picture. */
  readonly trackIds: readonly string[]
  /** When the alert was raised and when it was last so, or what the model of a sample saw. */
  readonly fromUs: number
  readonly toUs: number
  readonly tracks: readonly { readonly id: string; readonly readings: readonly HeldReading[] }[]
}

/** A reading that stood until a time, because nobody was looked at while nothing moved. */
export interface HeldReading extends BodyReading {
  readonly untilUs: number
}

/** time, until, and the box, before x, y and score of each keypoint. */
const headNumbers = 6
const rowNumbers = headNumbers + keypointNames.length * 3

const fileSchema = z.object({
  formatVersion: z.literal(1),
  alertId: z.string(),
  cameraId: z.string(),
  picture: z.object({ widthPx: z.number().positive(), heightPx: z.number().positive() }),
  trackIds: z.array(z.string()),
  fromUs: z.number(),
  toUs: z.number(),
  tracks: z.array(
    z.object({ id: z.string(), readings: z.array(z.array(z.number()).length(rowNumbers)).max(1_000_000) }),
  ),
})

/** As JSON with a line for each reading; places to a tenth of a pixel, scores to a thousandth. */
export function encodeBodies(file: BodyFile): string {
  const { tracks, ...head } = file
  const shown = tracks.map(({ id, readings }) => {
    const rows = readings.map((reading) => JSON.stringify(rowOf(reading)))
    return `{"id":${JSON.stringify(id)},"readings":[\n${rows.join(',\n')}\n]}`
  })
  return `{"formatVersion":1,${JSON.stringify(head).slice(1, -1)},"tracks":[${shown.join(',')}]}\n`
}

/** null for what is no such file, or one of another version. */
export function decodeBodies(text: string): BodyFile | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const { success, data } = fileSchema.safeParse(value)
  if (!success) return null
  const { formatVersion, tracks, ...head } = data
  return { ...head, tracks: tracks.map(({ id, readings }) => ({ id, readings: readings.map(readingOf) })) }
}

/** Time between the moments of a reading that stands. */
const standingUs = 100_000

/** Readings as a window is cut from them: one that stands is there again every tenth of a second. */
export function standingReadings(readings: readonly HeldReading[]): BodyReading[] {
  return readings.flatMap(({ untilUs, ...reading }) => {
    const count = 1 + Math.max(0, Math.floor((untilUs - reading.ptsUs) / standingUs))
    return Array.from({ length: count }, (_, n) => ({ ...reading, ptsUs: reading.ptsUs + n * standingUs }))
  })
}

function rowOf({ ptsUs, untilUs, box, keypoints }: HeldReading): number[] {
  const { xPx, yPx, widthPx, heightPx } = box
  return [
    Math.round(ptsUs),
    Math.round(untilUs),
    ...[xPx, yPx, widthPx, heightPx].map(tenth),
    ...keypoints.flatMap((point) => [tenth(point.xPx), tenth(point.yPx), thousandth(point.score)]),
  ]
}

function readingOf(row: readonly number[]): HeldReading {
  const [ptsUs, untilUs, xPx, yPx, widthPx, heightPx] = row as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    ptsUs,
    untilUs,
    box: { xPx, yPx, widthPx, heightPx },
    keypoints: keypointNames.map((_, n) => {
      const at = headNumbers + n * 3
      return { xPx: row[at]!, yPx: row[at + 1]!, score: row[at + 2]! }
    }),
  }
}

const tenth = (value: number) => Math.round(value * 10) / 10
const thousandth = (value: number) => Math.round(value * 1000) / 1000
