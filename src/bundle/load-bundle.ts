import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { ModelContract } from '../core/bundle.ts'
import { AppError } from '../core/errors.ts'
import type { Bundle } from './bundle-schema.ts'
import { checkGraphFiles } from './check-graph-files.ts'
import { modelContract } from './model-contract.ts'
import { parseBundle } from './parse-bundle.ts'

export interface LoadedBundle {
  readonly dir: string
  readonly bundle: Bundle
  /** The ONNX file, ready to be opened. */
  readonly graphPath: string
  /** The float graph beside a quantised one; null where there is none. */
  readonly floatPath: string | null
  readonly contract: ModelContract
}

/** More than any real one; guards against reading a wrong file into memory. */
const maxJsonBytes = 4 << 20
/** The limit of the format itself: a protobuf message. */
const mostGraphBytes = 2 ** 31 - 1

/**
 * Reads bundle.json in `dir` and checks the SHA-256 of every file that it names, so that a model is either
 * complete and as its author made it, or refused. Graphs are walked for what they refer to, which must be among the files.
 * Throws MODEL_NOT_FOUND (no such folder or no bundle.json in it), MODEL_BUNDLE_INVALID (names the field),
 * MODEL_BUNDLE_CORRUPT (a file is missing, lies outside the folder or has other bytes), MODEL_GRAPH (a graph is no ONNX
 * file).
 */
export async function loadBundle(dir: string): Promise<LoadedBundle> {
  const bundle = await readBundleJson(dir)
  const root = await realpath(dir)
  for (const file of bundle.files) await checkFile(root, file, join(dir, 'bundle.json'))
  const { graph, floatGraph } = bundle
  for (const path of floatGraph === undefined ? [graph] : [graph, floatGraph]) {
    const { bytes } = bundle.files.find((file) => file.path === path)!
    const source = join(dir, 'bundle.json')
    if (bytes > mostGraphBytes)
      throw new AppError('MODEL_BUNDLE_INVALID', `${source}: file ${path}: an ONNX file has at most 2 GiB`)
    checkGraphFiles({ graph: path, bytes: await readFile(join(dir, path)), files: bundle.files, source })
  }
  const floatPath = floatGraph === undefined ? null : join(dir, floatGraph)
  return { dir, bundle, graphPath: join(dir, graph), floatPath, contract: modelContract(bundle) }
}

async function readBundleJson(dir: string): Promise<Bundle> {
  const source = join(dir, 'bundle.json')
  let text: string
  try {
    await using handle = await open(source)
    const { size } = await handle.stat()
    if (size > maxJsonBytes)
      throw new AppError('MODEL_BUNDLE_INVALID', `${source}: ${size} bytes is too long for a bundle.json`)
    text = await handle.readFile('utf8')
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new AppError('MODEL_NOT_FOUND', `${dir}: no model bundle: bundle.json cannot be read (${reason})`, {
      details: { dir },
      cause,
    })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('MODEL_BUNDLE_INVALID', `${source}: is not JSON: ${(cause as Error).message}`, {
      details: { source, field: '' },
      cause,
    })
  }
  return parseBundle(value, source)
}

async function checkFile(root: string, file: Bundle['files'][number], source: string): Promise<void> {
  const corrupt = (text: string, cause?: unknown) =>
    new AppError('MODEL_BUNDLE_CORRUPT', `${source}: file ${file.path}: ${text}`, {
      details: { source, file: file.path },
      cause,
    })
  let path: string
  try {
    path = await realpath(join(root, file.path))
  } catch (cause) {
    throw corrupt(`cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unreadable'})`, cause)
  }
  if (!path.startsWith(root + sep)) throw corrupt('is a link that leads out of the bundle folder')
  const { size } = await stat(path)
  if (size !== file.bytes) throw corrupt(`has ${size} bytes, bundle.json states ${file.bytes}`)
  const sha256 = await sha256OfFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw corrupt(`cannot be read (${cause.code ?? 'unreadable'})`, cause)
  })
  if (sha256 !== file.sha256)
    throw corrupt(`has SHA-256 ${sha256}, bundle.json states ${file.sha256}; fetch the bundle again`)
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
