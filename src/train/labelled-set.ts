import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { CachedVideo } from './clip-cache.ts'

/** A stretch of video with its label. */
export interface LabelledVideo extends CachedVideo {
  readonly label: string
}

/** Labelled footage, wherever it comes from. */
export interface LabelledSet {
  /** Changes with every file, range, label and group. */
  readonly id: string
  /** In the order of the alphabet. */
  readonly labels: readonly string[]
  readonly items: readonly LabelledVideo[]
}

const soundTypes = new Set(['.wav', '.flac', '.mp3', '.m4a', '.aac', '.ogg', '.opus', '.wma'])
const videoTypes = new Set(['.mp4', '.mkv', '.avi', '.mov', '.webm', '.m4v', '.ts', '.mpg', '.mpeg'])
type Medium = 'video' | 'sound'
const columns = ['path', 'label', 'group', 'startMs', 'endMs'] as const

/**
 * Labelled footage of files and folders. A CSV file has the columns path, label, group (or subject) and, if wanted,
 * startMs and endMs; paths start at its folder. A folder has labels.csv, or a folder for each label: in it videos
 * (each a group of its own), or a folder of videos for each group.
 *
 * @param more labelled footage from elsewhere.
 * @param medium `sound`: a folder's recordings of sound count as well as its videos.
 * @throws AppError TRAIN_DATA naming file and line
 */
export async function readLabelledSet(
  sources: readonly string[],
  more: readonly LabelledVideo[] = [],
  medium: Medium = 'video',
): Promise<LabelledSet> {
  const read = await Promise.all(sources.map((source) => readSource(source, medium)))
  const items = [...read.flat(), ...more]
  if (items.length === 0)
    throw new AppError('TRAIN_DATA', `${sources.join(', ') || 'the sources'}: there is no labelled footage`)
  const seen = new Set<string>()
  for (const { id } of items) {
    if (seen.has(id)) throw new AppError('TRAIN_DATA', `${id}: is listed twice`)
    seen.add(id)
  }
  const facts = await Promise.all(
    items.map(async ({ path, ...rest }) => [
      path,
      (await statOf(path)).size,
      (await statOf(path)).mtimeMs,
      rest,
    ]),
  )
  const digest = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12)
  const labels = [...new Set(items.map(({ label }) => label))].sort()
  return { id: `labelled-${digest}`, labels, items }
}

/** Videos without labels, of folders (all that is in them) and files. Each is a group of its own. */
export async function readFootage(sources: readonly string[]): Promise<CachedVideo[]> {
  const paths = (await Promise.all(sources.map((source) => filesIn(source, 'video')))).flat()
  return [...new Set(paths)].map((path) => ({ id: path, path, label: null, group: path }))
}

async function readSource(source: string, medium: Medium): Promise<LabelledVideo[]> {
  if (!(await statOf(source)).isDirectory()) return readCsv(source)
  const csv = join(source, 'labels.csv')
  const listed = await stat(csv).then(
    () => true,
    () => false,
  )
  return listed ? readCsv(csv) : readFolder(source, medium)
}

async function readFolder(dir: string, medium: Medium): Promise<LabelledVideo[]> {
  const videos = await filesIn(dir, medium)
  return videos.map((path) => {
    const parts = relative(dir, path).split(sep)
    if (parts.length < 2)
      throw new AppError(
        'TRAIN_DATA',
        `${path}: lies in no folder that names its label; make one for each label in ${dir}, or write labels.csv`,
      )
    const group = parts.length > 2 ? parts[1]! : `${parts[0]}/${basename(path, extname(path))}`
    return { id: parts.join('/'), path, label: parts[0]!, group }
  })
}

async function readCsv(file: string): Promise<LabelledVideo[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('TRAIN_DATA', `${file}: cannot be read (${cause.code})`, { cause })
  })
  const [head = [], ...rows] = parseCsv(text)
  const names = head.map((name) => (name.trim() === 'subject' ? 'group' : name.trim()))
  for (const needed of ['path', 'label', 'group'])
    if (!names.includes(needed))
      throw new AppError('TRAIN_DATA', `${file}:1: has no column ${needed}; there are ${names.join(', ')}`)
  return rows.map((row, index) => {
    const at = `${file}:${index + 2}`
    const cell = (name: (typeof columns)[number]) => row[names.indexOf(name)]?.trim() ?? ''
    const number = (name: 'startMs' | 'endMs') => {
      const value = Number(cell(name))
      if (Number.isFinite(value) && value >= 0) return value
      throw new AppError('TRAIN_DATA', `${at}: ${name} "${cell(name)}" is no number of milliseconds`)
    }
    for (const needed of ['path', 'label', 'group'] as const)
      if (cell(needed) === '') throw new AppError('TRAIN_DATA', `${at}: ${needed} is empty`)
    const range = cell('startMs') === '' ? '' : `@${cell('startMs')}-${cell('endMs')}`
    return {
      id: `${cell('path')}${range}`,
      path: resolve(dirname(file), cell('path')),
      label: cell('label'),
      group: cell('group'),
      ...(cell('startMs') !== '' && { startMs: number('startMs') }),
      ...(cell('endMs') !== '' && { endMs: number('endMs') }),
    }
  })
}

/** Rows of cells (RFC 4180); empty lines are left out. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const pattern = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|\n|\r|$)/gy
  for (let match = pattern.exec(text); match && match.index < text.length; match = pattern.exec(text)) {
    const [, cell = '', end] = match
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)
    if (end === ',') continue
    if (row.some((each) => each !== '')) rows.push(row)
    row = []
  }
  return rows
}

async function filesIn(source: string, medium: Medium): Promise<string[]> {
  const found = await statOf(source)
  if (!found.isDirectory()) return [resolve(source)]
  const names = await readdir(source, { recursive: true })
  return names
    .filter((name) => !basename(name).startsWith('.'))
    .filter((name) => {
      const type = extname(name).toLowerCase()
      return videoTypes.has(type) || (medium === 'sound' && soundTypes.has(type))
    })
    .sort()
    .map((name) => resolve(source, name))
}

async function statOf(path: string) {
  return stat(path).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'is not there' : `cannot be read (${cause.code})`
    throw new AppError('TRAIN_DATA', `${path}: ${reason}`, { details: { path }, cause })
  })
}
