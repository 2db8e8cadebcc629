import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const made = new Set<string>()

/** A new folder for a test. It is taken away when its file is over (leave-nothing.ts), with everything in it. */
export function tempDir(name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `vireo-${name}-`))
  made.add(basename(folder))
  return folder
}

/** Whether a name in the temporary folder is that of a folder of `tempDir`. */
export function isTempDir(name: string): boolean {
  return made.has(name)
}
