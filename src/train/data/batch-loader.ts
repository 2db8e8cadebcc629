import { Worker } from 'node:worker_threads'
import { AppError } from '../../core/errors.ts'
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
  const worker = new Worker(new URL(`./batch-worker${import.meta.url.slice(-3)}`, import.meta.url), {
    workerData: plan,
  })
  const ready: LabelledBatch[] = []
  const waiting: { resolve(made: LabelledBatch): void; reject(thrown: unknown): void }[] = []
  let failed: unknown = null
  const fail = (thrown: unknown) => {
    failed ??= thrown
    for (const { reject } of waiting.splice(0)) reject(failed)
  }
  worker.on('message', (answer: LoaderAnswer) => {
    if ('failed' in answer) return fail(new AppError(answer.failed.code, answer.failed.message))
    const next = waiting.shift()
    if (next) next.resolve(answer)
    else ready.push(answer)
  })
  worker.on('error', fail)
  let asked = from
  const ask = () => {
    worker.postMessage(asked)
    asked += 1
  }
  for (let count = 0; count < ahead; count += 1) ask()
  return {
    next() {
      ask()
      const made = ready.shift()
      if (made) return Promise.resolve(made)
      if (failed !== null) return Promise.reject(failed)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    close: async () => {
      await worker.terminate()
    },
  }
}
