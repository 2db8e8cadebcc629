import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, texts } from '../../store/read-json.ts'

const markPattern = /^\.use-(\d+)-\d+\.json$/
/** Makes names of marks different. */
let marks = 0

/**
 * Says in the cache that this process uses files of it, until the returned function is called. The mark of a process
 * that is gone does not count.
 */
export function markUse(cacheDir: string, names: readonly string[]): () => void {
  if (names.length === 0) return () => {}
  marks += 1
  const path = join(cacheDir, `.use-${process.pid}-${marks}.json`)
  writeFileSync(path, JSON.stringify(names))
  return () => rmSync(path, { force: true })
}

/** Names of all files that a living process uses; marks of dead ones are removed. */
export function filesInUse(cacheDir: string): Set<string> {
  const used = new Set<string>()
  for (const name of readdirSync(cacheDir)) {
    const owner = markPattern.exec(name)?.[1]
    if (owner === undefined) continue
    const path = join(cacheDir, name)
    if (!isAlive(Number(owner))) rmSync(path, { force: true })
    else for (const file of readMark(path)) used.add(file)
  }
  return used
}

/** Nothing when the owner took the mark back in the meantime. */
function readMark(path: string): string[] {
  try {
    return readJson(readFileSync(path, 'utf8'), texts) ?? []
  } catch {
    return []
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}
