import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { DatasetEntry } from './dataset-manifest.ts'
import type { ForeignEntry } from './foreign-entry.ts'

/**
 * Footage that another tool labelled as entries of a dataset: every file is looked at, hashed and measured, nothing is
 * copied. Without a group the camera is the group; without one, each file is a group by itself.
 *
 * @param durationMsOf measures a video file.
 * @throws AppError TRAIN_DATA naming the file that is missing, or the part that is not in it
 */
export async function importEntries(options: {
  entries: readonly ForeignEntry[]
  /** Folder that relative paths start at. */
  root: string
  durationMsOf: (path: string) => Promise<number>
  onProgress?: (done: number, total: number) => void
}): Promise<Omit<DatasetEntry, 'side'>[]> {
  const { entries, root, durationMsOf, onProgress } = options
  const files = new Map<string, { sha256: string; durationMs: number; changedMs: number }>()
  const imported: Omit<DatasetEntry, 'side'>[] = []
  for (const [index, entry] of entries.entries()) {
    const path = resolve(root, entry.path)
    const where = entry.at === undefined ? path : `${entry.at}: ${path}`
    const file = files.get(path) ?? (await look(path, where, durationMsOf))
    files.set(path, file)
    const startMs = Math.max(0, entry.startMs ?? 0)
    const endMs = Math.min(entry.endMs ?? file.durationMs, file.durationMs)
    if (!(startMs < endMs))
      throw new AppError(
        'TRAIN_DATA',
        `${where}: the part ${entry.startMs ?? 0}–${entry.endMs ?? 'end'} ms is not within its ${file.durationMs} ms`,
      )
    const own = `file-${file.sha256.slice(0, 12)}`
    imported.push({
      id: `import-${createHash('sha256').update(`${file.sha256}:${startMs}:${endMs}`).digest('hex').slice(0, 24)}`,
      path,
      sha256: file.sha256,
      startMs,
      endMs,
      // When it was recorded is not known: every file is a camera of its own, so that none seems to overlap another.
      camera: own,
      recordedMs: Math.round(startMs),
      group: entry.group ?? entry.camera ?? own,
      labels: [...entry.labels],
      notLabels: [],
      reason: 'import',
      fact: null,
      who: null,
    })
    onProgress?.(index + 1, entries.length)
  }
  return imported
}

async function look(path: string, where: string, durationMsOf: (path: string) => Promise<number>) {
  const found = await stat(path).catch(() => null)
  if (!found?.isFile()) throw new AppError('TRAIN_DATA', `${where}: there is no such file`)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  const durationMs = await durationMsOf(path)
  return { sha256: hash.digest('hex'), durationMs, changedMs: found.mtimeMs }
}

/** A folder for each label with its videos, as `<root>/<label>/<file>`. */
export function entriesOfFolders(names: readonly string[], background: string): ForeignEntry[] {
  return names.flatMap((name) => {
    const parts = name.split(/[\\/]/)
    const label = parts.at(-2)
    if (label === undefined) return []
    const labels = label === background ? [] : [label]
    return [{ path: name, labels, group: null, camera: null, startMs: null, endMs: null }]
  })
}
