import { Worker } from 'node:worker_threads'
import type { SkeletonBatch, SkeletonRecipe } from './skeleton-batch.ts'

export interface SkeletonLoader {
  /** The batch of the next step. */
  next(): Promise<SkeletonBatch>
  close(): Promise<void>
}

/** Batches that each thread makes before they are asked for; memory is bounded by them. */
const ahead = 2

/** Batches from step `from` on, simulated in threads of their own; the same whatever their number is. */
export function createSkeletonLoader(options: {
  recipe: SkeletonRecipe
  from: number
  threads: number
}): SkeletonLoader {
  const { recipe, from, threads } = options
  const made = new Map<number, SkeletonBatch>()
  let waiting: { step: number; resolve(batch: SkeletonBatch): void; reject(thrown: unknown): void } | null =
    null
  let failed: unknown = null
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL(`./skeleton-worker${import.meta.url.slice(-3)}`, import.meta.url), {
      workerData: recipe,
    })
    worker.on('message', ({ step, ...batch }: SkeletonBatch & { step: number }) => {
      if (waiting?.step !== step) return void made.set(step, batch)
      const { resolve } = waiting
      waiting = null
      resolve(batch)
    })
    worker.on('error', (thrown) => {
      failed ??= thrown
      waiting?.reject(failed)
    })
    return worker
  })
  let asked = from
  const ask = () => {
    workers[asked % threads]!.postMessage(asked)
    asked += 1
  }
  for (let count = 0; count < ahead * threads; count += 1) ask()
  let step = from
  return {
    next() {
      ask()
      const now = step
      step += 1
      const batch = made.get(now)
      made.delete(now)
      if (batch) return Promise.resolve(batch)
      if (failed !== null) return Promise.reject(failed)
      return new Promise((resolve, reject) => {
        waiting = { step: now, resolve, reject }
      })
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
