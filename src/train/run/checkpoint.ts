import { createHash } from 'node:crypto'
import { type FileHandle, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseJson } from '../../core/text/parse-json.ts'
import { writeWhole } from '../../store/write-whole.ts'

/** What a run needs to go on: plain data, and vectors. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number
  /** JSON. */
  readonly state: unknown
  readonly vectors: Readonly<Record<string, Float32Array>>
}

export interface CheckpointStore {
  /** Writes a checkpoint; when it returns, a crash of the machine does not lose it. @throws AppError STORE_WRITE */
  save(checkpoint: Checkpoint): Promise<void>
  /** The newest whole checkpoint, or null. Damaged ones are told to `onNotice` and passed over. */
  latest(): Promise<Checkpoint | null>
}

const magic = Buffer.from('VIREO-CHECKPOINT-1\n')
const nameOf = (step: number) => `checkpoint-${String(step).padStart(9, '0')}.bin`
const namePattern = /^checkpoint-(\d{9,})\.bin$/
const digestBytes = 32

/**
 * Checkpoints of one run in one folder. A file is `magic`, the length of the header (uint32), the header (JSON: step,
 * state, names and lengths of vectors), the vectors (float32, little endian), and the SHA-256 of all that. It is
 * written under another name, flushed and renamed, so that a file of its name is whole; the last `keep` stay.
 */
export function createCheckpointStore(options: {
  dir: string
  keep?: number
  /** Told when a damaged checkpoint is passed over. */
  onNotice: (text: string) => void
}): CheckpointStore {
  const { dir, keep = 2, onNotice } = options
  return {
    async save(checkpoint) {
      await writeWhole({
        path: join(dir, nameOf(checkpoint.step)),
        content: (handle) => writeAll(handle, checkpoint),
        what: 'the checkpoint',
      })
      await prune(dir, keep)
    },
    async latest() {
      for (const step of (await stepsIn(dir)).toReversed()) {
        const path = join(dir, nameOf(step))
        try {
          return parse(await readFile(path))
        } catch (thrown) {
          onNotice(`${path} is damaged (${(thrown as Error).message}): the one before it is used`)
        }
      }
      return null
    },
  }
}

async function writeAll(handle: FileHandle, { step, state, vectors }: Checkpoint): Promise<void> {
  const hash = createHash('sha256')
  const write = async (bytes: Uint8Array) => {
    hash.update(bytes)
    await handle.writeFile(bytes)
  }
  const listed = Object.entries(vectors).map(([name, { length }]) => ({ name, length }))
  const header = Buffer.from(JSON.stringify({ step, state, vectors: listed }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  for (const bytes of [magic, length, header]) await write(bytes)
  for (const { buffer, byteOffset, byteLength } of Object.values(vectors))
    await write(new Uint8Array(buffer, byteOffset, byteLength))
  await handle.writeFile(hash.digest())
}

const headerSchema = z.object({
  step: z.int(),
  state: z.unknown(),
  vectors: z.array(z.object({ name: z.string(), length: z.int().min(0) })),
})

/** @throws Error saying what is wrong with the bytes. */
function parse(bytes: Buffer): Checkpoint {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw new Error('it does not start as a checkpoint')
  const end = bytes.length - digestBytes
  const digest = createHash('sha256')
    .update(bytes.subarray(0, Math.max(0, end)))
    .digest()
  if (end < magic.length + 4 || !digest.equals(bytes.subarray(end))) throw new Error('its checksum is wrong')
  const start = magic.length + 4
  const headerEnd = start + bytes.readUInt32LE(magic.length)
  const refuse = (reason: string) => new Error(`its header ${reason}`)
  const header = parseJson(bytes.toString('utf8', start, headerEnd), headerSchema, refuse)
  let at = headerEnd
  const vectors: Record<string, Float32Array> = {}
  for (const { name, length } of header.vectors) {
    const values = new Float32Array(length)
    new Uint8Array(values.buffer).set(bytes.subarray(at, at + length * 4))
    vectors[name] = values
    at += length * 4
  }
  return { step: header.step, state: header.state, vectors }
}

async function stepsIn(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return []
    throw cause
  })
  return names
    .flatMap((name) => namePattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

async function prune(dir: string, keep: number): Promise<void> {
  const steps = await stepsIn(dir)
  for (const step of steps.slice(0, -keep)) await rm(join(dir, nameOf(step)), { force: true })
  for (const name of await readdir(dir))
    if (name.endsWith('.bin.part')) await rm(join(dir, name), { force: true })
}
