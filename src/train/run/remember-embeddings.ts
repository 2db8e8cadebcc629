import { createHash } from 'node:crypto'
import { appendFile, readFile, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolders } from '../../store/make-folders.ts'
import type { FrozenBackbone } from '../models/frozen-backbone.ts'

const keyBytes = 16

/**
 * A frozen backbone that embeds no clip twice: features lie in a file of the cache, by the bytes of their clip. So the
 * parts of cross-validation, the final head and the next run with more clips cost one look at each clip together.
 *
 * @param encoderId changes with the graph of the encoder and how its features are pooled.
 */
export async function rememberEmbeddings<T extends FrozenBackbone>(
  model: T,
  { cacheDir, encoderId }: { cacheDir: string; encoderId: string },
): Promise<T> {
  const { features, clip } = model
  const clipBytes = clip.frames * clip.heightPx * clip.widthPx * 3
  const name = createHash('sha256').update(`1 ${encoderId} ${features}`).digest('hex').slice(0, 20)
  const file = join(cacheDir, `features.${name}.bin`)
  const known = await readKnown(file, features)
  return {
    ...model,
    async embed(clips, count) {
      const keys = Array.from({ length: count }, (_, n) =>
        keyOf(clips.subarray(n * clipBytes, (n + 1) * clipBytes)),
      )
      const missing = [...new Set(keys)].filter((key) => !known.has(key))
      if (missing.length > 0) {
        const fresh = new Uint8Array(missing.length * clipBytes)
        missing.forEach((key, n) => {
          const at = keys.indexOf(key)
          fresh.set(clips.subarray(at * clipBytes, (at + 1) * clipBytes), n * clipBytes)
        })
        const values = await model.embed(fresh, missing.length)
        missing.forEach((key, n) => {
          known.set(key, values.slice(n * features, (n + 1) * features))
        })
        await append(
          file,
          missing.map((key) => [key, known.get(key)!] as const),
        )
      }
      const out = new Float32Array(count * features)
      keys.forEach((key, n) => {
        out.set(known.get(key)!, n * features)
      })
      return out
    },
  }
}

const keyOf = (bytes: Uint8Array) =>
  createHash('sha256')
    .update(bytes)
    .digest('hex')
    .slice(0, 2 * keyBytes)

/** Records of a key and its features; half of one, which a crash left behind, is cut off. */
async function readKnown(file: string, features: number): Promise<Map<string, Float32Array>> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  const record = keyBytes + 4 * features
  const known = new Map<string, Float32Array>()
  for (let at = 0; at + record <= bytes.length; at += record) {
    const values = new Uint8Array(bytes.subarray(at + keyBytes, at + record)).buffer
    known.set(bytes.toString('hex', at, at + keyBytes), new Float32Array(values))
  }
  if (bytes.length % record !== 0) await truncate(file, bytes.length - (bytes.length % record))
  return known
}

async function append(file: string, records: readonly (readonly [string, Float32Array])[]): Promise<void> {
  makeFolders(dirname(file))
  const parts = records.map(([key, values]) => [
    Buffer.from(key, 'hex'),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  ])
  await appendFile(file, Buffer.concat(parts.flat()))
}
