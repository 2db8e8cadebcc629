import { parse } from 'csv-parse/sync'
import { AppError } from '../core/errors.ts'
import type { DatasetManifest } from './dataset-manifest.ts'
import type { ForeignEntry } from './foreign-entry.ts'

const columns = ['path', 'label', 'group', 'startMs', 'endMs', 'side', 'id', 'camera', 'recordedMs'] as const

/** RFC 4180, one row a clip; several labels are joined by "|", a clip that shows none has `background`. */
export function datasetToCsv(manifest: DatasetManifest, options: { background: string }): string {
  const rows = manifest.entries.map((entry) => ({
    ...entry,
    label: entry.labels.join('|') || options.background,
  }))
  return [columns.join(','), ...rows.map((row) => columns.map((name) => quoted(String(row[name]))).join(','))]
    .map((line) => `${line}\r\n`)
    .join('')
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * Rows `path,label[,group][,startMs,endMs][,camera]` in any order of columns; `subject` counts as the group.
 *
 * @throws AppError TRAIN_DATA with the line
 */
export function datasetFromCsv(
  text: string,
  source: string,
  options: { background: string },
): ForeignEntry[] {
  let rows: { record: Record<string, string>; info: { lines: number } }[]
  try {
    rows = parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true, info: true })
  } catch (cause) {
    throw new AppError('TRAIN_DATA', `${source}: ${(cause as Error).message}`, { cause })
  }
  return rows.map(({ record, info }) => {
    const refuse = (why: string) => new AppError('TRAIN_DATA', `${source}, line ${info.lines}: ${why}`)
    const { path, label, group, subject, camera } = record
    if (!path) throw refuse('column "path" is missing or empty')
    if (label === undefined) throw refuse('column "label" is missing')
    const moment = (name: 'startMs' | 'endMs') => {
      const value = record[name]
      if (value === undefined || value === '') return null
      if (!(Number(value) >= 0)) throw refuse(`${name} "${value}" is no number of milliseconds`)
      return Number(value)
    }
    return {
      path,
      labels: label.split('|').filter((each) => each !== '' && each !== options.background),
      group: group || subject || null,
      camera: camera || null,
      startMs: moment('startMs'),
      endMs: moment('endMs'),
    }
  })
}
