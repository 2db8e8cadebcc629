/** How losses are scaled in half precision, so that small gradients do not vanish (Micikevicius et al. 2018). */
export interface LossScale {
  /** What the loss is multiplied with before the way back; a power of two. */
  readonly scale: number
  /** Steps in a row whose gradient was finite. */
  readonly steady: number
  /** Steps that were left out so far because their gradient was not finite. */
  readonly skipped: number
}

export const firstLossScale: LossScale = { scale: 2 ** 16, steady: 0, skipped: 0 }

/** After so many steady steps in a row a scale twice as large is tried. */
const growthEvery = 2000
const largestScale = 2 ** 24

/** The scale of the next step: half of it after a gradient that was not finite, twice of it after many that were. */
export function nextLossScale({ scale, steady, skipped }: LossScale, finite: boolean): LossScale {
  if (!finite) return { scale: scale / 2, steady: 0, skipped: skipped + 1 }
  if (steady + 1 < growthEvery) return { scale, steady: steady + 1, skipped }
  return { scale: Math.min(largestScale, scale * 2), steady: 0, skipped }
}

/** Below 1 scaling cannot be the reason: the numbers on the way forward do not fit into half precision. */
export const leastLossScale = 1
