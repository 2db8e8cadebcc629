import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { AppError } from '../core/errors.ts'
import { parseConfig } from './load.ts'

export type CameraEdit =
  | { readonly kind: 'add'; readonly camera: Readonly<Record<string, unknown>> & { readonly id: string } }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'pause' | 'resume'; readonly id: string }

/**
 * A configuration's text after an edit of its cameras. Comments, order and references to variables stay as the
 * operator wrote them. The result is checked as a whole.
 *
 * @throws AppError CAMERA_NOT_FOUND, API_BAD_REQUEST (the id is taken), CONFIG_INVALID and the like for the result.
 */
export function editCameras(
  text: string,
  edit: CameraEdit,
  source: { file: string; env?: NodeJS.ProcessEnv },
): string {
  const document = parseDocument(text)
  const cameras = camerasOf(document)
  const id = edit.kind === 'add' ? edit.camera.id : edit.id
  const index = cameras.items.findIndex((item) => isMap(item) && String(item.get('id')) === id)
  if (edit.kind === 'add') {
    if (index >= 0) throw new AppError('API_BAD_REQUEST', `${source.file}: there is already a camera "${id}"`)
    cameras.add(document.createNode(edit.camera))
  } else {
    if (index < 0) {
      const known = cameras.items.map((item) => (isMap(item) ? item.get('id') : '')).join(', ')
      throw new AppError('CAMERA_NOT_FOUND', `${source.file}: no camera "${id}"; there is ${known || 'none'}`)
    }
    const camera = cameras.items[index] as YAMLMap
    if (edit.kind === 'remove') cameras.delete(index)
    else if (edit.kind === 'pause') camera.set('paused', true)
    else camera.delete('paused')
  }
  const edited = document.toString({ lineWidth: 0 })
  parseConfig(edited, source)
  return edited
}

/** The same for a file, which is replaced as a whole: a reader sees the old text or the new one. */
export function editCamerasIn(file: string, edit: CameraEdit, env: NodeJS.ProcessEnv = process.env): void {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AppError('CONFIG_NOT_FOUND', `${file}: cannot be read`, { cause })
  }
  const edited = editCameras(text, edit, { file, env })
  const part = `${file}.${randomBytes(4).toString('hex')}.part`
  writeFileSync(part, edited)
  renameSync(part, file)
}

function camerasOf(document: Document): YAMLSeq {
  const existing = document.get('cameras')
  if (isSeq(existing)) return existing
  document.set('cameras', document.createNode([]))
  return document.get('cameras') as YAMLSeq
}
