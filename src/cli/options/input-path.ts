import { statSync } from 'node:fs'
import { WrongValue } from './wrong-value.ts'

/**
 * Reads the path of a file or folder that is read whole. A device or a pipe may never end, and is refused; what is not there
 * is told by who reads it.
 */
export function inputPath(text: string): string {
  if (isEndless(text)) throw new WrongValue('it is a pipe or a device; name a file or a folder')
  return text
}

function isEndless(path: string): boolean {
  try {
    const found = statSync(path)
    return !found.isFile() && !found.isDirectory()
  } catch {
    return false
  }
}
