import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Product code makes no folders with such names. */
const prefix = 'test-'

/**
 * A new folder for a test, also in a process that a test starts. It is taken away when the file is over
 * (leave-nothing.ts), with everything in it.
 */
export function tempDir(name = 'dir'): string {
  return mkdtempSync(join(tmpdir(), `${prefix}${name}-`))
}

/** Whether a name in the temporary folder is that of a folder of `tempDir`. */
export function isTempDir(name: string): boolean {
  return name.startsWith(prefix)
}
