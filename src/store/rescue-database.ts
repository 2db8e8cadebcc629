import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { makePrivateFile, makePrivateFolder } from './private-files.ts'
import type { StoreDatabase } from './store-database.ts'

/**
 * Writes the contents of an open database, whose file was removed or replaced, to a new file beside its place. Returns
 * what is to be called after it is closed: it moves the new file to the place if that is free. Null: it cannot be done.
 */
export function rescueDatabase(database: StoreDatabase): (() => string) | null {
  const { file } = database.subject
  const rescued = `${file}.rescued-${process.pid}`
  try {
    makePrivateFolder(dirname(file))
    rmSync(rescued, { force: true })
    makePrivateFile(rescued, true)
    database.exec(`VACUUM INTO '${rescued.replaceAll("'", "''")}'`)
  } catch {
    rmSync(rescued, { force: true })
    return null
  }
  return () => {
    if (existsSync(file)) return rescued
    // The log of the file that is gone must not be taken for the one of this file.
    for (const old of ['-wal', '-shm']) rmSync(`${file}${old}`, { force: true })
    renameSync(rescued, file)
    return file
  }
}
