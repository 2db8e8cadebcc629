import { parentPort, workerData } from 'node:worker_threads'
import { makeSkeletonBatch, type SkeletonRecipe } from './skeleton-batch.ts'

// Runs as a worker thread: answers the number of each step with its batch.
const recipe = workerData as SkeletonRecipe
parentPort?.on('message', (step: number) => {
  const { clips, target } = makeSkeletonBatch(recipe, step)
  parentPort!.postMessage({ clips, target }, [clips.buffer, target.buffer])
})
