import { glob, mkdir, rm, stat, statfs } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { clipEndings } from '../../core/recorded-clip.ts'
import type { StoredClip } from '../plan-retention.ts'

/** The clips on the disk, as retention needs them. */
export interface ClipFolder {
  /** Every clip, the unfinished ones that nothing was written to lately included. */
  list(): Promise<readonly Omit<StoredClip, 'standing' | 'kind'>[]>
  /** Space that this process may still use on that disk, bytes. */
  freeBytes(): Promise<number>
  remove(path: string): Promise<void>
}

/** A part that changed less than this long ago may still be written to, or be in the hands of ffmpeg. */
const workedOnMs = 15 * 60_000

const known = ['.mp4', ...Object.values(clipEndings), '.part', '.tmp', '.broken']
const pattern = `*/*/*{${known.join()}}`

/** Reads `<dir>/<camera>/<day>/`, and what is set aside beside it. A file that disappears meanwhile is left out. */
export function createClipFolder(dir: string, nowMs: () => number): ClipFolder {
  return {
    async list() {
      const files: { path: string; key: string; bytes: number; changedMs: number; part: boolean }[] = []
      for await (const name of glob(pattern, { cwd: dir })) {
        const path = join(dir, name)
        const found = await stat(path).catch(() => null)
        if (!found?.isFile()) continue
        const key =
          name.slice(0, name.lastIndexOf(sep) + 1) + name.slice(name.lastIndexOf(sep) + 1).split('.')[0]
        const part = /\.(part|tmp)$/.test(name)
        files.push({ path, key, bytes: found.size, changedMs: found.mtimeMs, part })
      }
      return [...Map.groupBy(files, ({ key }) => key)].flatMap(([key, own]) => {
        const changedMs = Math.max(...own.map((file) => file.changedMs))
        if (own.some(({ part }) => part) && Math.abs(nowMs() - changedMs) < workedOnMs) return []
        const [cameraId, , alertId] = key.split(sep) as [string, string, string]
        const bytes = own.reduce((sum, file) => sum + file.bytes, 0)
        return [{ alertId, cameraId, paths: own.map(({ path }) => path).sort(), bytes, changedMs }]
      })
    },
    async freeBytes() {
      await mkdir(dir, { recursive: true })
      const { bavail, bsize } = await statfs(dir)
      return bavail * bsize
    },
    remove: (path) => rm(path, { force: true }),
  }
}

/** Several folders on one disk. */
export interface RecordingFolder extends Omit<ClipFolder, 'list'> {
  list(): Promise<readonly Omit<StoredClip, 'standing'>[]>
}

export function joinFolders(folders: Readonly<Record<StoredClip['kind'], ClipFolder>>): RecordingFolder {
  return {
    async list() {
      const lists = Object.entries(folders).map(async ([kind, folder]) =>
        (await folder.list()).map((clip) => ({ ...clip, kind: kind as StoredClip['kind'] })),
      )
      return (await Promise.all(lists)).flat()
    },
    freeBytes: () => folders.clips.freeBytes(),
    remove: (path) => folders.clips.remove(path),
  }
}
