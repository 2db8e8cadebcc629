import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'
import { databaseFile, openDatabase } from './database.ts'

/** Opens the database of a data directory that another process may be writing. @throws AppError STORE_OPEN, STORE_VERSION */
export function readDatabase(dataDir: string): DatabaseSync {
  if (!existsSync(join(dataDir, databaseFile)))
    throw new AppError('STORE_OPEN', `dataDir ${dataDir}: there is no database; has vireo run been started?`)
  return openDatabase(dataDir, { readOnly: true })
}
