import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { AppError } from '../core/errors.ts'
import { refusePassword } from './check/refuse-password.ts'
import type { CameraEdit, CameraFields, ConfigEdit, RuleEdit } from './edit/config-edit.ts'
import { bringTo, madeOf, mergeInto } from './edit/edit-nodes.ts'
import { atFields } from './edit/edit-problems.ts'
import { keepLines } from './edit/keep-lines.ts'
import { styleOf } from './edit/yaml-style.ts'
import { parseConfig, readConfigText } from './load.ts'
import { readYaml } from './read-yaml.ts'
import { refuseReferences, requestMayRefer } from './request-variables.ts'
import type { Config } from './schema.ts'
import { variablesFor } from './variables-for.ts'

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
 * A configuration's text after edits of its cameras and rules. Comments, order and references to variables stay as the
 * operator wrote them. The result is checked as a whole.
 *
 * @throws AppError CAMERA_NOT_FOUND, API_BAD_REQUEST (the id is taken, or a password is in an address),
 *   CONFIG_INVALID and the like for the result.
 */
export function editConfig(text: string, edits: readonly ConfigEdit[], source: EditSource): EditedConfig {
  readYaml(text, source.file)
  const document = parseDocument(text, { uniqueKeys: false })
  const style = styleOf(text)
  const plain = document.toString(style)
  for (const edit of edits) {
    if (source.asRequest) refuseForeign(text, edit, source.asRequest.allowVariables)
    if (edit.kind === 'rule') editRule(document, edit)
    else if (edit.kind === 'schedule') mergeInto(document, mapAt(document, 'behaviours'), edit.schedule)
    else editCamera(document, edit, source.file)
  }
  const edited = withEndOf(text, keepLines(text, plain, document.toString(style)))
  try {
    return { text: edited, config: parseConfig(edited, source) }
  } catch (thrown) {
    const namesOf = (path: string[], key: string) =>
      listAt(document, path as [string]).items.map((item) => (isMap(item) ? String(item.get(key)) : ''))
    throw atFields(thrown, {
      cameras: namesOf(['cameras'], 'id'),
      rules: namesOf(['behaviours', 'rules'], 'name'),
    })
  }
}

/** Empty lines at the end of a file are nobody's change. */
function withEndOf(before: string, text: string): string {
  const [end] = /\n*$/.exec(before)!
  return end.length > 1 ? text.replace(/\n*$/, end) : text
}

/** The same for one camera. */
export function editCameras(text: string, edit: CameraEdit, source: EditSource): EditedConfig {
  return editConfig(text, [edit], source)
}

function editCamera(document: Document, edit: CameraEdit, file: string): void {
  const cameras = listAt(document, ['cameras'])
  const id = edit.kind === 'add' ? edit.camera.id : edit.id
  const index = cameras.items.findIndex((item) => isMap(item) && String(item.get('id')) === id)
  if (edit.kind === 'add') {
    if (index >= 0) throw new AppError('API_BAD_REQUEST', `${file}: there is already a camera "${id}"`)
    refusePasswords(edit.camera)
    cameras.add(madeOf(document, edit.camera))
    return
  }
  if (index < 0) {
    const known = cameras.items.map((item) => (isMap(item) ? item.get('id') : '')).join(', ')
    throw new AppError('CAMERA_NOT_FOUND', `${file}: no camera "${id}"; there is ${known || 'none'}`)
  }
  const camera = cameras.items[index] as YAMLMap
  if (edit.kind === 'remove') cameras.delete(index)
  else if (edit.kind === 'pause') camera.set('paused', true)
  else if (edit.kind === 'change') {
    const { id: wanted = id } = edit.patch
    if (wanted !== id)
      throw new AppError('API_BAD_REQUEST', `id: a camera keeps its id; remove "${id}" and add another`)
    refusePasswords(edit.patch)
    mergeInto(document, camera, edit.patch)
  } else camera.delete('paused')
}

function editRule(document: Document, { name, rule }: RuleEdit): void {
  const rules = listAt(document, ['behaviours', 'rules'])
  const index = rules.items.findIndex((item) => isMap(item) && String(item.get('name')) === name)
  const known = rules.items[index]
  if (rule === null) {
    if (index >= 0) rules.delete(index)
  } else if (isMap(known)) bringTo(document, known, { name, ...rule })
  else rules.add(madeOf(document, { name, ...rule }))
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
 * @param newMode of a file that is not there yet; absent: one that is not there is an error
 * @throws AppError CONFIG_WRITE
 */
export function writeConfigText(file: string, text: string, newMode?: number): void {
  let part = ''
  try {
    const isNew = newMode !== undefined && !existsSync(file)
    const real = isNew ? file : realpathSync(file)
    const mode = isNew ? newMode : statSync(real).mode
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

function refuseForeign(text: string, edit: ConfigEdit, allowVariables: readonly string[]): void {
  refuseReferences(fieldsOf(edit), requestMayRefer(text, allowVariables))
}

function fieldsOf(edit: ConfigEdit): CameraFields {
  if (edit.kind === 'add') return edit.camera
  if (edit.kind === 'change') return edit.patch
  if (edit.kind === 'rule') return edit.rule ?? {}
  return edit.kind === 'schedule' ? edit.schedule : {}
}

const codeOf = (thrown: unknown) => (thrown as NodeJS.ErrnoException).code ?? 'unknown'

function refusePasswords({ url, mainUrl }: CameraFields): void {
  for (const address of [url, mainUrl]) if (typeof address === 'string') refusePassword(address)
}

function mapAt(document: Document, name: string): YAMLMap {
  const existing = document.get(name)
  if (isMap(existing)) return existing
  document.set(name, document.createNode({}))
  return document.get(name) as YAMLMap
}

/** A list of the file, made where it is missing. One that was written as `[]` becomes one item a line. */
function listAt(document: Document, path: readonly [string] | readonly [string, string]): YAMLSeq {
  const [first, second] = path
  const holder = second === undefined ? document : mapAt(document, first)
  const name = second ?? first
  const existing = holder.get(name)
  if (isSeq(existing)) {
    if (existing.items.length === 0) existing.flow = false
    return existing
  }
  holder.set(name, document.createNode([]))
  return holder.get(name) as YAMLSeq
}
