import { type BigIntStats, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Clock } from '../core/clock.ts'

/** How often the file is looked at. */
const pollMs = 500

/** What tells one state of a file from another: which file the path leads to, when it was written, its length. */
export type FileState = string

/** The state of a file now. To be taken before the file is read, so that no change between the two is missed. */
export function fileState(file: string): FileState {
  try {
    return textOf(statSync(file, { bigint: true }))
  } catch (thrown) {
    return codeOf(thrown)
  }
}

/**
 * Calls `changed` after the file that a path leads to has another state than `from` and has been quiet for a moment:
 * written in place, replaced by an editor, behind a link or a mount, or with another file behind the link. It looks at
 * the file now and then instead of asking the system to tell: that works for all of these, on network file systems,
 * and where the system has no watches left. Returns how to stop.
 */
export function watchFile(
  options: { file: string; from: FileState; clock: Clock; look?: (file: string) => Promise<FileState> },
  changed: () => void,
): () => void {
  const { file, clock, look = stateOf } = options
  let announced = options.from
  let before = announced
  let stopped = false
  let cancel = () => {}
  const again = async () => {
    const state = await look(file)
    if (stopped) return
    // Editors write in several steps: a state counts when it was there twice.
    if (state !== announced && state === before) {
      announced = state
      changed()
    }
    before = state
    cancel = clock.after(pollMs, () => void again())
  }
  cancel = clock.after(pollMs, () => void again())
  return () => {
    stopped = true
    cancel()
  }
}

async function stateOf(file: string): Promise<FileState> {
  try {
    return textOf(await stat(file, { bigint: true }))
  } catch (thrown) {
    return codeOf(thrown)
  }
}

const textOf = ({ dev, ino, size, mtimeNs }: BigIntStats): FileState => [dev, ino, size, mtimeNs].join(' ')

const codeOf = (thrown: unknown) => (thrown as NodeJS.ErrnoException).code ?? 'unknown'
