import { join } from 'node:path'
import { readCatalogue } from '../../../catalogue/read-catalogue.ts'
import { packageRoot } from '../../../config/package-root.ts'

/** The models that come with this Vireo's catalogue. */
export const readEntries = () => readCatalogue(join(packageRoot(), 'models/catalogue.json'))
