import type { Clock } from '../clock.ts'

/** Lets the first message of a kind through, and then at most one in a time. */
export interface SparseLog {
  /** Calls `write` with how many of this kind were held back since the last one, or holds this one back too: then false. */
  (kind: string, write: (held: number) => void): boolean
  /** What was wrong is over: the next message of each kind comes at once. */
  forget(): void
}

/** For faults that can come with every clip, every event, or many times a second. */
export function createSparseLog(options: { clock: Clock; everyMs: number }): SparseLog {
  const { clock, everyMs } = options
  const kinds = new Map<string, { nextMs: number; held: number }>()
  const write = (kind: string, tell: (held: number) => void): boolean => {
    const nowMs = clock.monoMs()
    const known = kinds.get(kind)
    if (known && nowMs < known.nextMs) {
      known.held += 1
      return false
    }
    kinds.set(kind, { nextMs: nowMs + everyMs, held: 0 })
    tell(known?.held ?? 0)
    return true
  }
  return Object.assign(write, { forget: () => kinds.clear() })
}
