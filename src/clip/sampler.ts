import type { GatedFrame } from '../core/frame.ts'
import { longestStepUs } from '../core/time/longest-step.ts'

export type Break = 'reconnect' | 'gap' | 'backward_pts'

export interface Sampled {
  /** What this frame adds to the grid, oldest first; a frame may stand for several grid points or for none. */
  readonly samples: readonly GatedFrame[]
  /** Why a new run begins with this frame, or null. */
  readonly broken: Break | null
}

/**
 * Puts frames on an even grid of `sampleFps` that starts at the first frame of a run. A camera that is slower
 * than the grid has its nearest frame repeated; frames beyond one a grid point are passed over.
 */
export function createSampler(sampleFps: number): { take(gated: GatedFrame): Sampled } {
  const periodUs = 1e6 / sampleFps
  const longestUs = longestStepUs(sampleFps)
  let before: GatedFrame | null = null
  let originUs = 0
  /** Grid point of the latest sample. */
  let filled = 0

  return {
    take(gated) {
      const broken = breakBetween(before, gated, longestUs)
      const { ptsUs } = gated.frame
      if (before === null || broken !== null) {
        before = gated
        originUs = ptsUs
        filled = 0
        return { samples: [gated], broken }
      }
      const point = Math.round((ptsUs - originUs) / periodUs)
      const samples: GatedFrame[] = []
      while (filled < point) {
        filled += 1
        const wantedUs = originUs + filled * periodUs
        const nearer: GatedFrame = wantedUs - before.frame.ptsUs < ptsUs - wantedUs ? before : gated
        samples.push(nearer)
      }
      before = gated
      return { samples, broken: null }
    },
  }
}

function breakBetween(before: GatedFrame | null, now: GatedFrame, longestUs: number): Break | null {
  if (before === null) return null
  if (before.frame.epoch !== now.frame.epoch) return 'reconnect'
  const stepUs = now.frame.ptsUs - before.frame.ptsUs
  if (stepUs <= 0) return 'backward_pts'
  return stepUs > longestUs ? 'gap' : null
}
