import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readConfigText } from '../../config/load.ts'
import { packageRoot } from '../../config/package-root.ts'
import { AppError, toAppError } from '../../core/errors.ts'

/** Label lists that come with Vireo, by the name that `--labels` takes; config/labels/README.md says what they are. */
const shipped = ['coco', 'yamnet'] as const

/**
 * What `--labels` says: a file with one label a line, the name of a list that comes with Vireo, or labels separated by
 * commas.
 *
 * @throws AppError API_BAD_REQUEST when the file is missing or empty, or a label is.
 */
export function readLabels(text: string): string[] {
  if (existsSync(text)) return readFile(text, text)
  const list = shipped.find((name) => name === text || `${name}.txt` === text)
  if (list) return readFile(join(packageRoot(), 'config/labels', `${list}.txt`), text)
  if (/[/\\]|\.txt$/i.test(text) && !text.includes(','))
    throw refused(
      text,
      `there is no such file; give a file with one label a line, a,b,c, or ${shipped.join(', ')}`,
    )
  const labels = text.split(',').map((label) => label.trim())
  if (labels.includes('')) throw refused(text, 'a label is empty')
  return labels
}

function readFile(file: string, text: string): string[] {
  const lines = textOf(file)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean)
  if (lines.length === 0) throw refused(text, 'the file has no labels; write one a line')
  return lines
}

/** A pipe, a device and what is no text are refused as a configuration is. */
function textOf(file: string): string {
  try {
    return readConfigText(file, null)
  } catch (thrown) {
    throw new AppError('API_BAD_REQUEST', `--labels ${toAppError(thrown).message}`, { cause: thrown })
  }
}

const refused = (text: string, why: string) => new AppError('API_BAD_REQUEST', `--labels ${text}: ${why}`)
