import { AppError } from '../../core/errors.ts'
import { askAhead } from '../../core/thread/ask-ahead.ts'
import type { LoaderAnswer, LoaderPlan } from './batch-worker.ts'
import type { ClipSource } from './clip-source.ts'
import { type BatchRecipe, createBatchMaker, type LabelledBatch } from './make-batch.ts'

export interface BatchLoader {
  /** The batch of the next step. */
  next(): Promise<LabelledBatch>
  close(): Promise<void>
}

/** Batches that are made before they are asked for; memory is bounded by them. */
const ahead = 3

/**
 * Batches from step `from` on. Where the source is stored (see ClipSource.stored) they are read and varied in a thread
 * of their own, so that training does not wait for them; else here, when they are asked for.
 */
export function createBatchLoader(options: {
  source: ClipSource
  recipe: BatchRecipe
  from: number
}): BatchLoader {
  const { source, recipe, from } = options
  if (!source.stored) {
    const make = createBatchMaker(source, recipe)
    let step = from
    return {
      next: async () => make(step++),
      close: async () => {},
    }
  }
  const plan: LoaderPlan = { stored: source.stored, recipe }
  const batches = askAhead<LoaderAnswer>({
    module: new URL(`./batch-worker${import.meta.url.slice(-3)}`, import.meta.url),
    workerData: plan,
    ahead,
    from,
    taskOf: (step) => step,
  })
  return {
    async next() {
      const answer = await batches.next()
      if ('failed' in answer) throw new AppError(answer.failed.code, answer.failed.message)
      return answer
    },
    close: () => batches.close(),
  }
}
