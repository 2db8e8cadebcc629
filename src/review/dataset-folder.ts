import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { link, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { datasetsDir } from '../core/data-dir.ts'
import { AppError } from '../core/errors.ts'
import { makeFolders } from '../store/make-folders.ts'
import { checkManifest, type DatasetManifest, parseManifest } from './dataset-manifest.ts'

export interface DatasetFolder {
  /** Names of datasets with their versions, ascending. */
  list(): { readonly name: string; readonly versions: readonly number[] }[]
  /** @param version absent: the newest. @throws AppError TRAIN_DATA when there is none, or it was changed */
  read(name: string, version?: number): DatasetManifest
  newest(name: string): DatasetManifest | null
  /** How long its file is; 0 when there is none. */
  bytesOf(name: string, version: number): number
  /** Writes a new version; never over another. @throws AppError STORE_WRITE, TRAIN_DATA when it is there already */
  write(manifest: DatasetManifest): Promise<string>
}

const fileName = /^v(\d+)\.json$/

/** Dataset versions as files `<dataDir>/datasets/<name>/v<version>.json`. */
export function openDatasetFolder(dataDir: string): DatasetFolder {
  const dir = datasetsDir(dataDir)
  const versionsOf = (name: string): number[] =>
    entriesOf(join(dir, name))
      .flatMap((file) => fileName.exec(file)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
  const pathOf = (name: string, version: number) => join(dir, name, `v${version}.json`)
  const read = (name: string, version: number) => {
    const path = pathOf(name, version)
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (cause) {
      const there = versionsOf(name).map((each) => `v${each}`)
      const known = there.length > 0 ? `there are ${there.join(', ')}` : `there is no dataset ${name}`
      throw new AppError('TRAIN_DATA', `dataset ${name} v${version} cannot be read; ${known}`, { cause })
    }
    return parseManifest(text, path)
  }
  return {
    list: () =>
      entriesOf(dir)
        .sort()
        .map((name) => ({ name, versions: versionsOf(name) }))
        .filter(({ versions }) => versions.length > 0),
    read: (name, version) => read(name, version ?? versionsOf(name).at(-1) ?? 1),
    newest(name) {
      const version = versionsOf(name).at(-1)
      return version === undefined ? null : read(name, version)
    },
    bytesOf: (name, version) => statSync(pathOf(name, version), { throwIfNoEntry: false })?.size ?? 0,
    async write(manifest) {
      checkManifest(manifest, `dataset ${manifest.name} v${manifest.version}`)
      const path = pathOf(manifest.name, manifest.version)
      const temporary = `${path}.${randomUUID()}.tmp`
      try {
        makeFolders(join(dir, manifest.name))
        await writeDurably(temporary, `${JSON.stringify(manifest, null, 1)}\n`)
        // Fails when the name is taken: of two builds at once one makes the version, the other is told.
        await link(temporary, path)
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException
        if (code === 'EEXIST')
          throw new AppError('TRAIN_DATA', `dataset ${manifest.name} v${manifest.version} is there already`, {
            cause,
          })
        throw new AppError('STORE_WRITE', `${path} cannot be written (${message})`, { cause })
      } finally {
        await rm(temporary, { force: true })
      }
      return path
    },
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using handle = await open(path, 'wx')
  await handle.writeFile(text)
  await handle.sync()
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
