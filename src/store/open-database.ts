import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../core/errors.ts'
import { makePrivateFile, makePrivateFolder } from './private-files.ts'
import { connectDatabase, type StoreDatabase, transaction } from './store-database.ts'
import { damagedText, type StoreSubject, toStoreError } from './store-error.ts'

export interface OpenDatabase {
  readonly subject: StoreSubject
  /** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released. */
  readonly migrations: readonly string[]
  readonly readOnly?: boolean
  /** The file must be there already; otherwise it is made. */
  readonly mustExist?: boolean
  /** Reads all of it for damage first: seconds for gigabytes, so only where a process starts for long. */
  readonly check?: boolean
}

/** How long a statement waits for another process that writes, for example a backup. */
const timeoutMs = 5000

/**
 * Opens a database: write-ahead log, every commit on disk before it returns, file and folder for this user alone. A
 * writer brings it to the newest version, a reader only when it is older than that.
 *
 * @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_VERSION, STORE_WRITE (a migration that fails, undone)
 */
export function openDatabase(options: OpenDatabase): StoreDatabase {
  const { subject, migrations, readOnly = false, mustExist = readOnly, check = false } = options
  const { file, name } = subject
  if (mustExist && !existsSync(file)) throw new AppError('STORE_OPEN', `${name} is not there: ${file}`)
  if (!readOnly) {
    makePrivateFolder(dirname(file))
    for (const each of [file, `${file}-wal`, `${file}-shm`]) makePrivateFile(each, each === file)
  }
  let database: StoreDatabase | null = null
  try {
    database = connectDatabase(subject, { readOnly, timeoutMs })
    if (!readOnly) prepareForWriting(database)
    const version = versionOf(database)
    if (version > migrations.length)
      throw new AppError(
        'STORE_VERSION',
        `${file} has version ${version}, this Vireo knows ${migrations.length}: a newer Vireo wrote it. ` +
          'Start that one, or put back the backup from before the upgrade',
      )
    if (readOnly && version === 0) throw new AppError('STORE_OPEN', `${file}: it is still empty`)
    if (readOnly && version < migrations.length) {
      database.close()
      openDatabase({ ...options, readOnly: false }).close()
      return openDatabase(options)
    }
    if (check) checkForDamage(database)
    if (!readOnly) migrate(database, version, migrations)
    return database
  } catch (thrown) {
    if (database?.isOpen) database.close()
    throw toStoreError(thrown, subject)
  }
}

/** Whether there is nothing in the file yet, or no file. */
export function isUnborn(file: string): boolean {
  try {
    return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0
  } catch {
    // Whoever opens it says why it cannot be looked at.
    return true
  }
}

const versionOf = (database: StoreDatabase) =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version)

function prepareForWriting(database: StoreDatabase): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
  if (mode !== 'wal')
    throw new AppError(
      'STORE_OPEN',
      `${database.subject.file}: its file system allows no write-ahead log (journal mode ${mode}); use a local disk`,
    )
  database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
}

function checkForDamage(database: StoreDatabase): void {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.quick_check
  if (found !== 'ok') {
    const first = String(found).split('\n').filter(Boolean).at(-1) ?? 'unreadable'
    throw new AppError('STORE_DAMAGED', damagedText(database.subject.file, first))
  }
}

function migrate(database: StoreDatabase, version: number, migrations: readonly string[]): void {
  for (let from = version; from < migrations.length; from += 1)
    transaction(database, () => {
      // Another process may have done it while this one waited.
      if (versionOf(database) > from) return
      database.exec(`${migrations[from]}; PRAGMA user_version = ${from + 1}`)
    })
}
