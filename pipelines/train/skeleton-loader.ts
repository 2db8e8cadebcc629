import { type AskAhead, askAhead } from '../../src/core/thread/ask-ahead.ts'
import type { SkeletonBatch, SkeletonRecipe } from './skeleton-batch.ts'

/** Batches that each thread makes before they are asked for; memory is bounded by them. */
const aheadEach = 2

/** Batches from step `from` on, simulated in threads of their own; the same whatever their number is. */
export function createSkeletonLoader(options: {
  recipe: SkeletonRecipe
  from: number
  threads: number
}): AskAhead<SkeletonBatch> {
  const { recipe, from, threads } = options
  return askAhead({
    module: new URL(`./skeleton-worker${import.meta.url.slice(-3)}`, import.meta.url),
    workerData: recipe,
    threads,
    ahead: aheadEach * threads,
    from,
    taskOf: (step) => step,
  })
}
