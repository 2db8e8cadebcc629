import { Worker } from 'node:worker_threads'
import type { ClipSamplerOptions } from './clip-sampler.ts'
import type { SampledBatch } from './clip-worker.ts'

export interface ClipStream {
  next(): Promise<SampledBatch>
  close(): Promise<void>
}

/** Batches that are always made before they are asked for. */
const ahead = 3

/** Labelled batches, made in a thread of their own so that training never waits for pictures. */
export function createClipStream(options: ClipSamplerOptions & { readonly batch: number }): ClipStream {
  const { batch, ...workerData } = options
  const worker = new Worker(new URL(`./clip-worker${import.meta.url.slice(-3)}`, import.meta.url), {
    workerData,
  })
  const ready: SampledBatch[] = []
  const waiting: { resolve(made: SampledBatch): void; reject(thrown: unknown): void }[] = []
  worker.on('message', (made: SampledBatch) => {
    const next = waiting.shift()
    if (next) next.resolve(made)
    else ready.push(made)
  })
  worker.on('error', (thrown) => {
    for (const { reject } of waiting.splice(0)) reject(thrown)
  })
  for (let count = 0; count < ahead; count += 1) worker.postMessage(batch)
  return {
    next() {
      worker.postMessage(batch)
      const made = ready.shift()
      return made
        ? Promise.resolve(made)
        : new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    close: async () => {
      await worker.terminate()
    },
  }
}
