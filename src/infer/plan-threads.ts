export interface ThreadPlan {
  /** Threads inside one run; 0 lets ONNX Runtime take every core. */
  readonly intraOpThreads: number
  /** Whether idle threads wait by spinning: fast on cores of their own, a waste on shared ones. */
  readonly allowSpinning: boolean
}

interface ModelThreads {
  readonly workers: number
  readonly intraOpThreads: number
}

/**
 * Threads of each model's sessions, decided for all together because sessions do not share a pool: workers that leave
 * the choice open (0) get equal shares of the cores that the others left, at least one each. Spinning is allowed only
 * to a single session that leaves a core free.
 */
export function planThreads(models: readonly ModelThreads[], cores: number): ThreadPlan[] {
  const sessions = models.reduce((sum, { workers }) => sum + workers, 0)
  const taken = models.reduce((sum, { workers, intraOpThreads }) => sum + workers * intraOpThreads, 0)
  const open = models.reduce(
    (sum, { workers, intraOpThreads }) => sum + (intraOpThreads === 0 ? workers : 0),
    0,
  )
  const share = sessions === 1 ? 0 : Math.max(1, Math.floor((cores - taken) / Math.max(1, open)))
  return models.map(({ intraOpThreads }) => ({
    intraOpThreads: intraOpThreads === 0 ? share : intraOpThreads,
    allowSpinning: sessions === 1 && intraOpThreads > 1 && intraOpThreads < cores,
  }))
}
