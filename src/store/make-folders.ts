import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it, one level after the other. `recursive` of Node 24 never comes back where the parent
 * exists and the system says that it does not, as below /proc.
 *
 * @throws what the system says: EACCES, ENOENT, ENOTDIR, EROFS…, and EEXIST where a file has the name.
 */
export function makeFolders(dir: string, mode?: number): void {
  const missing: string[] = []
  for (let at = resolve(dir); !existsSync(at); at = dirname(at)) missing.push(at)
  for (const folder of missing.reverse()) makeFolder(folder, mode)
  if (statSync(dir).isDirectory()) return
  throw Object.assign(new Error(`EEXIST: a file has that name, mkdir '${dir}'`), {
    code: 'EEXIST',
    syscall: 'mkdir',
    path: dir,
  })
}

/** Another process may make the same folder in this moment. */
function makeFolder(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, mode === undefined ? {} : { mode })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  }
}
