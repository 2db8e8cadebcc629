/** Waits that double, up to a longest. */
export interface BackOff {
  readonly firstMs: number
  readonly mostMs: number
  /**
   * In [0, 1): a share between half and all of the wait is taken by it, so that many who wait for the same thing do not
   * come back in step.
   */
  readonly random?: () => number
}

/** How long to wait before the next try. @param failures tries that failed one after the other, from 1. */
export function backOffMs(failures: number, { firstMs, mostMs, random }: BackOff): number {
  // Doubled more often, it would be no number any more after a long outage.
  const waitMs = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return random ? waitMs * (0.5 + random() / 2) : waitMs
}
