import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { type ClipEnd, clipEnds } from '../../core/recorded-clip.ts'
import { readJson } from '../../store/read-json.ts'

/** What a clip in the making says about itself, so that it can be finished after a crash. */
export interface PartNote {
  readonly version: 1
  readonly alertId: string
  readonly cameraId: string
  readonly epoch: number
  /** PTS of the first frame of the alert and of the clip, microseconds on the clock of that epoch. */
  readonly alertPtsUs: number
  readonly firstPtsUs: number
  /** Wall clock at the arrival of the clip's first fragment, milliseconds since the Unix epoch. */
  readonly startedMs: number
}

/** What a part that has all its media says at its end, so that it can be finished as it was meant. */
export interface PartEnd {
  readonly reason: ClipEnd | null
  /** Length to which it is to be cut, microseconds; null: everything. */
  readonly cutUs: number | null
}

export const partSuffix = '.part'
/** Footage of people is for the user alone who runs Vireo. */
export const footageMode = { file: 0o600, folder: 0o700 } as const

/**
 * Where the clip of an alert belongs: `<dir>/<camera>/<yyyy-mm-dd>/<alertId>.mp4`, the day in UTC.
 *
 * @throws AppError BUG_UNEXPECTED for an id that could name another folder.
 */
export function clipPath(options: { dir: string; cameraId: string; alertId: string; atMs: number }): string {
  const { dir, cameraId, alertId, atMs } = options
  for (const id of [cameraId, alertId])
    if (!/^[A-Za-z0-9][\w-]{0,127}$/.test(id))
      throw new AppError('BUG_UNEXPECTED', `"${id}" cannot be part of a file name`)
  return join(dir, cameraId, new Date(atMs).toISOString().slice(0, 10), `${alertId}.mp4`)
}

const noteSchema = z.object({
  version: z.literal(1),
  alertId: z.string(),
  cameraId: z.string(),
  epoch: z.number(),
  alertPtsUs: z.number(),
  firstPtsUs: z.number(),
  startedMs: z.number(),
}) satisfies z.ZodType<PartNote>
const endSchema = z.object({
  reason: z.enum(clipEnds).nullable(),
  cutUs: z.number().nullable(),
}) satisfies z.ZodType<PartEnd>

/** The note as a `free` box, which every MP4 reader skips: it stands before the init segment of a part, or at its end. */
export function encodeNote(note: PartNote | PartEnd): Uint8Array {
  const text = Buffer.from(JSON.stringify(note))
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + text.length)
  head.write('free', 4, 'latin1')
  return Buffer.concat([head, text])
}

export interface PartHead {
  /** Null when it was not written completely. */
  readonly note: PartNote | null
  readonly codec: 'h265' | 'other'
  /** Whether there is any media after the init segment. */
  readonly hasMedia: boolean
}

/** Far more than a note and an init segment take. */
const headBytes = 256 * 1024

/** What the beginning of a part tells. @throws Error of the file system when it cannot be read. */
export async function readPartHead(path: string): Promise<PartHead> {
  const file = await open(path, 'r')
  try {
    return parseHead(await readUpTo(file, headBytes))
  } finally {
    await file.close()
  }
}

/** Far more than the note at the end takes. */
const tailBytes = 512

/** What the end of a part says; null for one that was cut off. @throws Error of the file system. */
export async function readPartEnd(path: string): Promise<PartEnd | null> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - tailBytes)
    const bytes = Buffer.alloc(size - from)
    await file.read(bytes, 0, bytes.length, from)
    const at = bytes.lastIndexOf('free') - 4
    if (at < 0 || at + bytes.readUInt32BE(at) !== bytes.length) return null
    return readJson(bytes.subarray(at + 8), endSchema)
  } finally {
    await file.close()
  }
}

async function readUpTo(file: FileHandle, most: number): Promise<Buffer> {
  const buffer = Buffer.alloc(most)
  const { bytesRead } = await file.read(buffer, 0, most, 0)
  return buffer.subarray(0, bytesRead)
}

function parseHead(bytes: Buffer): PartHead {
  let note: PartNote | null = null
  let codec: PartHead['codec'] = 'other'
  let at = 0
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const body = bytes.subarray(at + 8, at + size)
    if (type === 'mdat') return { note, codec, hasMedia: size > 8 && body.length > 0 }
    if (size < 8 || at + size > bytes.length) break
    if (type === 'free' && at === 0) note = decodeNote(body)
    if (type === 'moov' && (body.includes('hev1') || body.includes('hvc1'))) codec = 'h265'
    at += size
  }
  return { note, codec, hasMedia: false }
}

function decodeNote(body: Buffer): PartNote | null {
  return readJson(body, noteSchema)
}
