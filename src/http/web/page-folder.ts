import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../config/package-root.ts'

/** Where the built page of the console lies; null in a clone where it is not built. */
export function pageFolder(): string | null {
  const folder = join(packageRoot(), 'dist/web')
  return existsSync(join(folder, 'index.html')) ? folder : null
}

/** What makes it in a clone. */
export const howToBuild = 'the console is not built here; build it with: npm run build:web'
