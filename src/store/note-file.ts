import { renameSync, writeFileSync } from 'node:fs'

/**
 * Notes something that is worth nothing after a crash, at once: a reader finds the old note or the new one, never a half
 * of one. It is not flushed. Throws what the system says.
 */
export function noteFile(path: string, value: unknown): void {
  writeFileSync(`${path}.part`, JSON.stringify(value), { mode: 0o600 })
  renameSync(`${path}.part`, path)
}
