import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { AppError } from '../src/core/errors.ts'
import type { DatasetManifest } from '../src/review/dataset-manifest.ts'
import type { DatasetOptions } from './dataset.ts'
import type { DatasetAnswer, DatasetPlan } from './dataset-worker.ts'

/**
 * Builds a version in a thread of its own: with tens of thousands of clips that takes a second, which running cameras
 * have not. @throws as buildDatasetVersion
 */
export async function buildDatasetInThread({ clock, ...options }: DatasetOptions): Promise<DatasetManifest> {
  const plan: DatasetPlan = { ...options, nowMs: clock.nowMs() }
  // The emitted JavaScript lies beside its worker under the other extension.
  const url = new URL(`./dataset-worker${import.meta.url.slice(-3)}`, import.meta.url)
  const worker = new Worker(url, { workerData: plan, name: 'dataset', execArgv: [] })
  const ended = once(worker, 'exit').then(() => {
    throw new AppError('BUG_UNEXPECTED', 'the thread that builds a dataset ended without an answer')
  })
  // Ends after the answer, too.
  ended.catch(() => {})
  const [answer] = (await Promise.race([once(worker, 'message'), ended])) as [DatasetAnswer]
  if ('manifest' in answer) return answer.manifest
  throw new AppError(answer.failed.code, answer.failed.message)
}
