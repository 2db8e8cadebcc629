import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Clock } from '../core/clock.ts'

/** Editors write in several steps; the file is looked at when it has been quiet for so long. */
const quietMs = 200

/**
 * Calls `changed` after a file was written or replaced. The folder is watched, because editors put a new file in
 * the old one's place. Returns how to stop.
 */
export function watchFile(file: string, clock: Clock, changed: () => void): () => void {
  let cancel = () => {}
  const watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
    if (name !== null && name !== basename(file)) return
    cancel()
    cancel = clock.after(quietMs, changed)
  })
  watcher.on('error', () => {})
  return () => {
    cancel()
    watcher.close()
  }
}
