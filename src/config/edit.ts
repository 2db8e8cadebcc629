import { randomBytes } from 'node:crypto'
import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { AppError } from '../core/errors.ts'
import { refusePassword } from './check/refuse-password.ts'
import { parseConfig, readConfigText } from './load.ts'
import { readYaml } from './read-yaml.ts'
import { refuseReferences, requestMayRefer } from './request-variables.ts'
import type { Config } from './schema.ts'
import { variablesFor } from './variables-for.ts'

export type CameraFields = Readonly<Record<string, unknown>>

export type CameraEdit =
  | { readonly kind: 'add'; readonly camera: CameraFields & { readonly id: string } }
  /** A merge patch (RFC 7396): null takes a field away, objects are merged, all else replaces. */
  | { readonly kind: 'change'; readonly id: string; readonly patch: CameraFields }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'pause' | 'resume'; readonly id: string }

export interface EditedConfig {
  readonly text: string
  readonly config: Config
}

export interface EditSource {
  readonly file: string
  readonly env?: NodeJS.ProcessEnv
  /** Somebody asks for it who may not learn what variables hold; see `requestMayRefer`. */
  readonly asRequest?: { readonly allowVariables: readonly string[] }
}

/**
 * A configuration's text after an edit of its cameras. Comments, order and references to variables stay as the
 * operator wrote them. The result is checked as a whole.
 *
 * @throws AppError CAMERA_NOT_FOUND, API_BAD_REQUEST (the id is taken, or a password is in an address),
 *   CONFIG_INVALID and the like for the result.
 */
export function editCameras(text: string, edit: CameraEdit, source: EditSource): EditedConfig {
  readYaml(text, source.file)
  const document = parseDocument(text, { uniqueKeys: false })
  if (source.asRequest) refuseForeign(text, edit, source.asRequest.allowVariables)
  const cameras = camerasOf(document)
  const id = edit.kind === 'add' ? edit.camera.id : edit.id
  const index = cameras.items.findIndex((item) => isMap(item) && String(item.get('id')) === id)
  if (edit.kind === 'add') {
    if (index >= 0) throw new AppError('API_BAD_REQUEST', `${source.file}: there is already a camera "${id}"`)
    refusePasswords(edit.camera)
    cameras.add(document.createNode(edit.camera))
  } else {
    if (index < 0) {
      const known = cameras.items.map((item) => (isMap(item) ? item.get('id') : '')).join(', ')
      throw new AppError('CAMERA_NOT_FOUND', `${source.file}: no camera "${id}"; there is ${known || 'none'}`)
    }
    const camera = cameras.items[index] as YAMLMap
    if (edit.kind === 'remove') cameras.delete(index)
    else if (edit.kind === 'pause') camera.set('paused', true)
    else if (edit.kind === 'change') {
      const { id: wanted = id } = edit.patch
      if (wanted !== id)
        throw new AppError('API_BAD_REQUEST', `id: a camera keeps its id; remove "${id}" and add another`)
      refusePasswords(edit.patch)
      merge(document, camera, edit.patch)
    } else camera.delete('paused')
  }
  const edited = document.toString({ lineWidth: 0 })
  return { text: edited, config: parseConfig(edited, source) }
}

/**
 * The same for a file, which is written only when `check` lets the result pass.
 *
 * @throws also CONFIG_NOT_FOUND, CONFIG_WRITE, and what `check` throws
 */
export async function editCamerasIn(
  file: string,
  edit: CameraEdit,
  options: { env?: NodeJS.ProcessEnv; check: (config: Config) => Promise<void> },
): Promise<void> {
  const { text, config } = editCameras(readConfigText(file), edit, {
    file,
    env: options.env ?? variablesFor(file),
  })
  await options.check(config)
  writeConfigText(file, text)
}

/**
 * Replaces a file as a whole: a reader sees the old text or the new one. It keeps its mode, and a link stays a link.
 * A file that is mounted by itself (as containers do) cannot be replaced and is written in place.
 *
 * @throws AppError CONFIG_WRITE
 */
export function writeConfigText(file: string, text: string): void {
  let part = ''
  try {
    const real = realpathSync(file)
    const { mode } = statSync(real)
    part = `${real}.${randomBytes(4).toString('hex')}.part`
    writeFileSync(part, text, { mode, flush: true })
    chmodSync(part, mode)
    try {
      renameSync(part, real)
    } catch (thrown) {
      if (codeOf(thrown) !== 'EBUSY') throw thrown
      writeFileSync(real, text, { flush: true })
      rmSync(part, { force: true })
    }
  } catch (cause) {
    if (part !== '') rmSync(part, { force: true })
    throw new AppError('CONFIG_WRITE', `${file}: cannot be written (${codeOf(cause)})`, { cause })
  }
}

function refuseForeign(text: string, edit: CameraEdit, allowVariables: readonly string[]): void {
  const fields = edit.kind === 'add' ? edit.camera : edit.kind === 'change' ? edit.patch : {}
  refuseReferences(fields, requestMayRefer(text, allowVariables))
}

const codeOf = (thrown: unknown) => (thrown as NodeJS.ErrnoException).code ?? 'unknown'

function refusePasswords({ url, mainUrl }: CameraFields): void {
  for (const address of [url, mainUrl]) if (typeof address === 'string') refusePassword(address)
}

function merge(document: Document, map: YAMLMap, patch: CameraFields): void {
  for (const [name, value] of Object.entries(patch)) {
    const before = map.get(name)
    if (value === null) map.delete(name)
    else if (isMap(before) && typeof value === 'object' && !Array.isArray(value))
      merge(document, before, value as CameraFields)
    else map.set(name, document.createNode(value))
  }
}

function camerasOf(document: Document): YAMLSeq {
  const existing = document.get('cameras')
  if (isSeq(existing)) return existing
  document.set('cameras', document.createNode([]))
  return document.get('cameras') as YAMLSeq
}
