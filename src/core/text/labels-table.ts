import { parse } from 'csv-parse/sync'
import { AppError } from '../errors.ts'
import { fromCsvText } from './clean-text.ts'

export interface LabelsRow {
  /** Where it stands, for messages: labels.csv:5. */
  readonly at: string
  /** What stands under a column, trimmed; empty where there is no such column. */
  cell(name: string): string
}

export interface LabelsTable {
  readonly columns: readonly string[]
  readonly rows: readonly LabelsRow[]
}

/**
 * A table of labels as people and spreadsheets write it: RFC 4180 with commas, semicolons or tabs (the first line says
 * which), any line ends, UTF-8 with or without a byte order mark, or UTF-16 with one. Names of columns are compared
 * without regard to case. Empty lines count for nothing.
 *
 * @throws AppError TRAIN_DATA naming file and line
 */
export function readLabelsTable(bytes: Uint8Array | string, source: string): LabelsTable {
  const refuse = (line: number, why: string, cause?: unknown) =>
    new AppError('TRAIN_DATA', `${source}:${line}: ${why}`, { cause })
  // The line that spreadsheets write to say which sign separates.
  const [all, told] = [textOf(bytes, source), /^sep=(.)\r?\n/i]
  const text = all.replace(told, '\n')
  const delimiter = told.exec(all)?.[1] ?? delimiterOf(text)
  let records: { record: string[]; info: { lines: number } }[]
  try {
    records = parse(text, {
      delimiter,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as never
  } catch (cause) {
    const { lines, message } = cause as { lines?: number; message: string }
    throw refuse(lines ?? 1, `is no table: ${message}`, cause)
  }
  const used = records.filter(({ record }) => record.some((cell) => cell !== ''))
  const columns = used[0]?.record ?? []
  const names = columns.map((name) => name.toLowerCase())
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) < at)
  if (twice !== undefined) throw refuse(used[0]!.info.lines, `the column ${twice} is there twice`)
  const rows = used.slice(1).map(({ record, info }): LabelsRow => {
    if (record.slice(columns.length).some((cell) => cell !== ''))
      throw refuse(
        info.lines,
        `has ${record.length} cells for ${columns.length} columns; put a cell that holds "${delimiter}" in quotes`,
      )
    return {
      at: `${source}:${info.lines}`,
      cell(name) {
        const index = names.indexOf(name.toLowerCase())
        return index < 0 ? '' : fromCsvText(record[index] ?? '')
      },
    }
  })
  return { columns, rows }
}

/** A moment of a row in milliseconds; null where nothing is written. @throws AppError TRAIN_DATA */
export function momentOf({ at, cell }: LabelsRow, name: 'startMs' | 'endMs'): number | null {
  const text = cell(name)
  if (text === '') return null
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw new AppError('TRAIN_DATA', `${at}: ${name} "${text}" is no number of milliseconds, 0 or more`)
}

function textOf(bytes: Uint8Array | string, source: string): string {
  if (typeof bytes === 'string') return bytes.replace(/^\uFEFF/, '')
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('TRAIN_DATA', `${source}: is not text in UTF-8; save it as "CSV UTF-8"`, { cause })
  }
}

/** The sign that separates the names of the columns. */
function delimiterOf(text: string): string {
  const head = text.split(/\r\n|\n|\r/).find((line) => line.trim() !== '') ?? ''
  const outside = head.replaceAll(/"[^"]*"/g, '')
  return [',', ';', '\t'].find((sign) => outside.includes(sign)) ?? ','
}
