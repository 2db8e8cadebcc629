import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { StoreDatabase } from '../store-database.ts'
import { databaseFile, openDatabase } from './event-database.ts'

/**
 * Opens the database of a data directory that another process may be writing.
 *
 * @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_VERSION
 */
export function readDatabase(dataDir: string): StoreDatabase {
  if (!existsSync(join(dataDir, databaseFile)))
    throw new AppError('STORE_OPEN', `dataDir ${dataDir}: there is no database; has vireo run been started?`)
  return openDatabase(dataDir, { readOnly: true })
}
