import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, toAppError } from '../src/core/errors.ts'
import type { DatasetManifest } from '../src/review/dataset-manifest.ts'
import { buildDatasetVersion, type DatasetOptions } from './dataset.ts'

export type DatasetPlan = Omit<DatasetOptions, 'clock'> & { readonly nowMs: number }
export type DatasetAnswer =
  | { readonly manifest: DatasetManifest }
  | { readonly failed: { readonly code: ErrorCode; readonly message: string } }

// Runs as a worker thread: builds one version and answers with it.
const { nowMs, ...plan } = workerData as DatasetPlan
const answer = await buildDatasetVersion({ ...plan, clock: { nowMs: () => nowMs } }).then(
  (manifest): DatasetAnswer => ({ manifest }),
  (thrown): DatasetAnswer => {
    const { code, message } = toAppError(thrown)
    return { failed: { code, message } }
  },
)
parentPort!.postMessage(answer)
