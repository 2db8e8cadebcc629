import { AppError } from '../core/errors.ts'
import { cleanLine, csvText } from '../core/text/clean-text.ts'
import { momentOf, readLabelsTable } from '../core/text/labels-table.ts'
import type { DatasetManifest } from './dataset-manifest.ts'
import type { ForeignEntry } from './foreign-entry.ts'

const columns = ['path', 'label', 'group', 'startMs', 'endMs', 'side', 'id', 'camera', 'recordedMs'] as const

/** RFC 4180, one row a clip; several labels are joined by "|", a clip that shows none has `background`. */
export function datasetToCsv(manifest: DatasetManifest, options: { background: string }): string {
  const rows = manifest.entries.map((entry) => ({
    ...entry,
    label: entry.labels.join('|') || options.background,
  }))
  return [
    columns.join(','),
    ...rows.map((row) => columns.map((name) => quoted(csvText(shown(name, String(row[name]))))).join(',')),
  ]
    .map((line) => `${line}\r\n`)
    .join('')
}

// A path is kept as it is: another one leads to no file.
const shown = (name: string, text: string) => (name === 'path' ? text : cleanLine(text))

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * Rows `path,label[,group][,startMs,endMs][,camera]` in any order of columns; `subject` counts as the group.
 *
 * @throws AppError TRAIN_DATA with the line
 */
export function datasetFromCsv(
  text: Uint8Array | string,
  source: string,
  options: { background: string },
): ForeignEntry[] {
  const table = readLabelsTable(text, source)
  const names = table.columns.map((name) => name.toLowerCase())
  return table.rows.map((row) => {
    const { at, cell } = row
    if (cell('path') === '') throw new AppError('TRAIN_DATA', `${at}: column "path" is missing or empty`)
    if (!names.includes('label')) throw new AppError('TRAIN_DATA', `${at}: column "label" is missing`)
    const labels = cell('label')
      .split('|')
      .map((each) => each.trim())
    return {
      path: cell('path'),
      labels: [...new Set(labels.filter((each) => each !== '' && each !== options.background))],
      group: cell('group') || cell('subject') || null,
      camera: cell('camera') || null,
      startMs: momentOf(row, 'startMs'),
      endMs: momentOf(row, 'endMs'),
      at,
    }
  })
}
