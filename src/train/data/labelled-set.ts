import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { momentOf, readLabelsTable } from '../../core/text/labels-table.ts'
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

/** With what only reading needs. */
type Listed = LabelledVideo & {
  /** Where it is listed. */
  readonly at: string
  /** Whether its group is the file by itself, because nobody named one. */
  readonly ownGroup: boolean
}

/**
 * Labelled footage of files and folders. A CSV file has the columns path and label and, if wanted, group (or subject),
 * startMs and endMs; paths start at its folder, and without a group each file is one. A folder has labels.csv, or a
 * folder for each label: in it videos (each a group of its own), or a folder of videos for each group. Files of
 * different folders are different files, also where they are called alike; parts of one file are one group.
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
  const listed = read.flat()
  refuseTwice(listed)
  const items = joinFiles([...apart(listed), ...more])
  if (items.length === 0)
    throw new AppError('TRAIN_DATA', `${sources.join(', ') || 'the sources'}: there is no labelled footage`)
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

/** @throws AppError TRAIN_DATA naming both places where a part of a file is listed */
function refuseTwice(listed: readonly Listed[]): void {
  const seen = new Map<string, Listed>()
  for (const each of listed) {
    const key = JSON.stringify([each.path, each.startMs ?? 0, each.endMs ?? null])
    const other = seen.get(key)
    if (other)
      throw new AppError(
        'TRAIN_DATA',
        `${each.at}: ${each.path} is listed twice, with the label "${each.label}" here and "${other.label}" in ${other.at}; leave one out`,
      )
    seen.set(key, each)
  }
}

/**
 * Files that are called alike in several sources get names of their own, and groups where the file is the group. The
 * source that comes first keeps its names: then its groups stay on their sides when another one is added.
 */
function apart(listed: readonly Listed[]): LabelledVideo[] {
  const firstOf = { id: new Map<string, string>(), group: new Map<string, string>() }
  for (const { id, path, group, ownGroup } of listed) {
    if (!firstOf.id.has(id)) firstOf.id.set(id, path)
    if (ownGroup && !firstOf.group.has(group)) firstOf.group.set(group, stemOf(path))
  }
  return listed.map(({ at: _, ownGroup, ...video }) => {
    const { id, path, group } = video
    const range = /@[\d.]*-[\d.]*$/.exec(id)?.[0] ?? ''
    return {
      ...video,
      id: firstOf.id.get(id) === path ? id : `${path}${range}`,
      group: ownGroup && firstOf.group.get(group) !== stemOf(path) ? stemOf(path) : group,
    }
  })
}

const stemOf = (path: string) => path.slice(0, path.length - extname(path).length)

/** Parts of one file show one scene: where they have several groups, these become one. */
function joinFiles(items: readonly LabelledVideo[]): LabelledVideo[] {
  const parent = new Map<string, string>()
  const root = (group: string): string => {
    const up = parent.get(group)
    return up === undefined ? group : root(up)
  }
  const first = new Map<string, string>()
  for (const { path, group } of items) {
    const [a, b] = [root(first.get(path) ?? group), root(group)]
    if (a !== b) parent.set(b, a)
    first.set(path, a)
  }
  return items.map((item) => ({ ...item, group: root(item.group) }))
}

/** Videos without labels, of folders (all that is in them) and files. Each is a group of its own. */
export async function readFootage(sources: readonly string[]): Promise<CachedVideo[]> {
  const paths = (await Promise.all(sources.map((source) => filesIn(source, 'video')))).flat()
  return [...new Set(paths)].map((path) => ({ id: path, path, label: null, group: path }))
}

async function readSource(source: string, medium: Medium): Promise<Listed[]> {
  if (!(await statOf(source)).isDirectory()) return readCsv(source)
  const csv = join(source, 'labels.csv')
  const listed = await stat(csv).then(
    () => true,
    () => false,
  )
  return listed ? readCsv(csv) : readFolder(source, medium)
}

async function readFolder(dir: string, medium: Medium): Promise<Listed[]> {
  const videos = await filesIn(dir, medium)
  return videos.map((path) => {
    const parts = relative(dir, path).split(sep)
    if (parts.length < 2)
      throw new AppError(
        'TRAIN_DATA',
        `${path}: lies in no folder that names its label; make one for each label in ${dir}, or write labels.csv`,
      )
    const ownGroup = parts.length === 2
    const group = ownGroup ? `${parts[0]}/${basename(path, extname(path))}` : parts[1]!
    return { id: parts.join('/'), path, label: parts[0]!, group, at: dir, ownGroup }
  })
}

async function readCsv(file: string): Promise<Listed[]> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('TRAIN_DATA', `${file}: cannot be read (${cause.code})`, { cause })
  })
  const { columns, rows } = readLabelsTable(bytes, file)
  const names = columns.map((name) => name.toLowerCase())
  for (const needed of ['path', 'label'])
    if (!names.includes(needed))
      throw new AppError('TRAIN_DATA', `${file}:1: has no column ${needed}; there are ${columns.join(', ')}`)
  const grouped = names.includes('group') || names.includes('subject')
  return Promise.all(
    rows.map(async (row): Promise<Listed> => {
      const { at, cell } = row
      const group = cell('group') || cell('subject')
      for (const [needed, value] of [
        ['path', cell('path')],
        ['label', cell('label')],
        ...(grouped ? [['group', group] as const] : []),
      ] as const)
        if (value === '') throw new AppError('TRAIN_DATA', `${at}: ${needed} is empty`)
      const [startMs, endMs] = [momentOf(row, 'startMs'), momentOf(row, 'endMs')]
      if (endMs !== null && endMs <= (startMs ?? 0))
        throw new AppError('TRAIN_DATA', `${at}: the part from ${startMs ?? 0} ms to ${endMs} ms is empty`)
      const range = startMs === null && endMs === null ? '' : `@${cell('startMs')}-${cell('endMs')}`
      return {
        id: `${cell('path')}${range}`,
        path: await pathOf(dirname(file), cell('path'), at),
        label: cell('label'),
        group: grouped ? group : cell('path').replace(/\.[^./\\]*$/, ''),
        ...(startMs !== null && { startMs }),
        ...(endMs !== null && { endMs }),
        at,
        ownGroup: !grouped,
      }
    }),
  )
}

/** The file of a row. Paths that Windows wrote are read, too. @throws AppError TRAIN_DATA naming the row */
async function pathOf(dir: string, written: string, at: string): Promise<string> {
  const there = async (path: string) => (await stat(path).catch(() => null))?.isFile() ?? false
  const path = resolve(dir, written)
  if (await there(path)) return path
  const slashed = resolve(dir, written.replaceAll('\\', '/'))
  if (await there(slashed)) return slashed
  throw new AppError('TRAIN_DATA', `${at}: ${path}: is not there, or is no file`, { details: { path } })
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
