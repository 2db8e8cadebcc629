import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makePrivateFile, makePrivateFolder } from './private-files.ts'

const busy = 5
/** Until they are released: a database that nothing refers to is closed by the garbage collector. */
const held = new Set<DatabaseSync>()

/**
 * Holds a file for this process: an open write transaction on a database of its own, which the operating system lets
 * go of when the process dies, however it dies. Only its owner can open the file, so that nobody else can hold it; a
 * reader does not hinder it.
 *
 * @returns null when another process holds it
 * @throws AppError STORE_OPEN for its folder, else whatever SQLite throws
 */
export function holdFile(file: string): { release(): void } | null {
  makePrivateFolder(dirname(file))
  return hold(file, true)
}

function hold(file: string, again: boolean): { release(): void } | null {
  makePrivateFile(file, true)
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE')
  } catch (thrown) {
    database?.close()
    const { errcode = 0 } = thrown as { errcode?: number }
    if ((errcode & 0xff) === busy) return null
    // Not a lock of ours, or one that was written over: there is nothing in it to lose.
    if ((errcode & 0xff) !== 26 || !again) throw thrown
    rmSync(file, { force: true })
    return hold(file, false)
  }
  const lock = database
  held.add(lock)
  return {
    release() {
      held.delete(lock)
      if (lock.isOpen) lock.close()
    },
  }
}
