import type { Fragment } from '../core/frame.ts'

/** Finds moments of the wall clock on the clock of a stream. */
export interface PtsOfWallTime {
  /** Hears of a fragment that has just arrived. */
  observe(fragment: Fragment): void
  /** Where a moment lies on the clock of the newest connection; null before its first fragment. */
  at(wallMs: number): { readonly epoch: number; readonly ptsUs: number } | null
}

/** Fragments that the estimate rests on. */
const window = 64
const setBackMs = 5000
const setAheadMs = 60_000

/**
 * Two streams of one camera (a small one to analyse, a large one to record) have different clocks; what they share
 * is when their data arrive. A fragment arrives when its last frame has, at the earliest: the least distance between
 * arrival and end of a fragment is the offset of the clocks, whatever delays single ones had.
 */
export function createPtsOfWallTime(): PtsOfWallTime {
  let epoch = 0
  let offsetsMs: number[] = []
  return {
    observe(fragment) {
      if (fragment.kind === 'init') return
      if (fragment.epoch !== epoch) {
        epoch = fragment.epoch
        offsetsMs = []
      }
      const offsetMs = fragment.arrivalMs - (fragment.ptsUs + fragment.durationUs) / 1000
      // No delay makes an offset so much less or more: the machine's clock was set.
      const strayMs = offsetMs - Math.min(...offsetsMs)
      if (strayMs < -setBackMs || strayMs > setAheadMs) offsetsMs = []
      offsetsMs.push(offsetMs)
      if (offsetsMs.length > window) offsetsMs.shift()
    },
    at(wallMs) {
      if (offsetsMs.length === 0) return null
      return { epoch, ptsUs: Math.round((wallMs - Math.min(...offsetsMs)) * 1000) }
    },
  }
}
