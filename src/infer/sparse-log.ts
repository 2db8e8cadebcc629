import type { Clock } from '../core/clock.ts'

/**
 * Lets the first message of a kind through and then at most one in `everyMs`; tells `write` how many it held back
 * since. For faults that can come with every clip.
 */
export function createSparseLog(options: { clock: Clock; everyMs: number }) {
  const { clock, everyMs } = options
  const kinds = new Map<string, { nextMs: number; held: number }>()
  return (kind: string, write: (held: number) => void): void => {
    const nowMs = clock.monoMs()
    const known = kinds.get(kind)
    if (known && nowMs < known.nextMs) {
      known.held += 1
      return
    }
    kinds.set(kind, { nextMs: nowMs + everyMs, held: 0 })
    write(known?.held ?? 0)
  }
}
