import { askAhead } from '../core/thread/ask-ahead.ts'
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
  return askAhead<SampledBatch>({
    module: new URL(`./clip-worker${import.meta.url.slice(-3)}`, import.meta.url),
    workerData,
    ahead,
    taskOf: () => batch,
  })
}
