import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, toAppError } from '../../core/errors.ts'
import { type BatchRecipe, createBatchMaker, type LabelledBatch } from './make-batch.ts'
import { openStoredClips } from './stored-clips.ts'
import { type StoredClips } from './clip-source.ts'

export interface LoaderPlan {
  readonly stored: StoredClips
  readonly recipe: BatchRecipe
}

export type LoaderAnswer = LabelledBatch | { readonly failed: { readonly code: ErrorCode; message: string } }

// Runs as a worker thread: answers the number of each step with its batch.
const { stored, recipe } = workerData as LoaderPlan
const make = createBatchMaker(openStoredClips(stored), recipe)
parentPort?.on('message', (step: number) => {
  try {
    const made = make(step)
    parentPort!.postMessage(made, [made.clips.buffer, made.target.buffer, made.keep.buffer])
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    parentPort!.postMessage({ failed: { code, message } } satisfies LoaderAnswer)
  }
})
