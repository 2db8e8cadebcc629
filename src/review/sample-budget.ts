import type { Clock } from '../core/clock.ts'

/** How many samples all cameras together may be recording: a busy moment must not start a hundred ffmpegs. */
export interface SampleBudget {
  /** Takes a place; null when there is none. Given back by a call of what is returned, or by itself after `mostMs`. */
  take(mostMs: number): (() => void) | null
}

export function createSampleBudget(options: { most?: number; clock: Pick<Clock, 'after'> }): SampleBudget {
  const { most = 8, clock } = options
  let taken = 0
  return {
    take(mostMs) {
      if (taken >= most) return null
      taken += 1
      let held = true
      const giveBack = () => {
        if (!held) return
        held = false
        taken -= 1
        cancel()
      }
      const cancel = clock.after(mostMs, giveBack)
      return giveBack
    },
  }
}
