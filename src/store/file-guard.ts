import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { rescueDatabase } from './rescue-database.ts'
import type { StoreDatabase } from './store-database.ts'

/**
 * Notices that the files of open databases are not the ones any more that were opened: removed, replaced, unmounted or
 * read-only. What SQLite writes then goes into files that nobody finds again.
 */
export interface FileGuard {
  /** From now on the database's file is looked at, and its writes are refused while something is wrong with any file. */
  watch(database: StoreDatabase): void
  /** What is wrong now, or null; looks at the files at most once a second. */
  problem(): AppError | null
  /** Lets writes through again, whatever is wrong: into the open files, from where `rescue` takes them. */
  letGo(): void
  /**
   * Writes the contents of each database whose file is gone to a file beside its place. Returns what is to be called
   * once the databases are closed: it moves them to their places, where those are free, and says where each is.
   */
  rescue(): () => string[]
}

interface Watched {
  readonly database: StoreDatabase
  readonly files: ReadonlyMap<string, Identity>
}
interface Identity {
  readonly dev: number
  readonly ino: number
}

const betweenLooksMs = 1000

export function createFileGuard(options: {
  clock: Pick<Clock, 'monoMs'>
  identify?: (file: string) => Identity | null
  isWritable?: (file: string) => void
}): FileGuard {
  const { clock, identify = identityOf, isWritable = (file) => accessSync(file, constants.W_OK) } = options
  const watched: Watched[] = []
  let found: AppError | null = null
  let lookedMs = Number.NEGATIVE_INFINITY
  let refuses = true

  const gone = (file: string, what: string) =>
    new AppError(
      'STORE_GONE',
      `${file} ${what} while Vireo runs: events wait in memory. Bring it back; otherwise Vireo ends to be started anew`,
      { details: { file } },
    )
  const look = (): AppError | null => {
    for (const { files } of watched)
      for (const [file, before] of files) {
        try {
          const now = identify(file)
          if (now === null) return gone(file, 'was removed')
          if (now.dev !== before.dev)
            return gone(file, 'lies on another file system than before (unmounted?)')
          if (now.ino !== before.ino) return gone(file, 'was replaced')
          isWritable(file)
        } catch (thrown) {
          const { code } = thrown as NodeJS.ErrnoException
          return gone(file, code === 'EROFS' ? 'became read-only' : `cannot be reached (${code})`)
        }
      }
    return null
  }
  const problem = () => {
    const nowMs = clock.monoMs()
    if (nowMs - lookedMs >= betweenLooksMs) {
      lookedMs = nowMs
      found = look()
    }
    return found
  }
  return {
    watch(database) {
      const { file } = database.subject
      const files = new Map<string, Identity>()
      for (const each of [file, `${file}-wal`]) {
        const identity = identify(each)
        if (identity) files.set(each, identity)
      }
      watched.push({ database, files })
      database.guard = () => {
        const error = refuses ? problem() : null
        if (error) throw error
      }
    },
    problem,
    letGo() {
      refuses = false
    },
    rescue() {
      const rescued = watched.flatMap(({ database, files }) => {
        const { file } = database.subject
        const [before, now, folder] = [files.get(file), identify(file), identify(dirname(file))]
        if (!database.isOpen || !before || before.ino === now?.ino) return []
        // Unmounted or mounted over: on its own file system the old file is whole, and this is not its place.
        if (folder && folder.dev !== before.dev) return []
        return rescueDatabase(database) ?? []
      })
      return () => rescued.map((settle) => settle())
    },
  }
}

function identityOf(file: string): Identity | null {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats ? { dev: stats.dev, ino: stats.ino } : null
}
