import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { AppError } from '../core/errors.ts'
import type { CatalogueEntry } from './catalogue-schema.ts'

/**
 * Writes the files of an entry from its archive into a folder, by their last name. Nothing else of the archive is
 * unpacked, and a file counts only with the length and the checksum that the catalogue states.
 *
 * @throws AppError MODEL_FETCH when the archive is damaged, or a file is missing or another one.
 */
export async function extractFiles(
  archive: string,
  files: CatalogueEntry['files'],
  dir: string,
): Promise<void> {
  await mkdir(dir, { recursive: true })
  const wanted = new Map(files.map((file) => [file.path, file]))
  const unpack = extract()
  const read = pipeline(createReadStream(archive), createGunzip(), unpack)
  read.catch(() => {})
  try {
    for await (const entry of unpack) {
      const file = wanted.get(entry.header.name)
      if (!file || entry.header.type !== 'file' || entry.header.size !== file.bytes) {
        entry.resume()
        continue
      }
      const chunks: Buffer[] = []
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      if (createHash('sha256').update(bytes).digest('hex') !== file.sha256) continue
      await writeFile(join(dir, basename(file.path)), bytes)
      wanted.delete(file.path)
    }
    await read
  } catch (cause) {
    throw new AppError('MODEL_FETCH', `${archive} cannot be unpacked: ${(cause as Error).message}`, { cause })
  }
  if (wanted.size === 0) return
  throw new AppError(
    'MODEL_FETCH',
    `${archive} does not hold, or holds in another form: ${[...wanted.keys()].join(', ')}`,
  )
}
