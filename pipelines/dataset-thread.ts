import type { DatasetDifference, DatasetVersion } from '../src/http/review-port.ts'
import type { DatasetOptions } from './dataset.ts'
import type { DatasetPlan } from './dataset-worker.ts'
import { besideModule, runInThread } from './run-in-thread.ts'

/** Tens of thousands of clips take a second to build or to read, which running cameras have not. */
const timeoutMs = 300_000
const mostMb = 1024

/** @throws as buildDatasetVersion */
export function buildDatasetInThread({ clock, ...options }: DatasetOptions): Promise<DatasetVersion> {
  return inThread({ kind: 'build', options, nowMs: clock.nowMs() })
}

/** @throws AppError TRAIN_DATA */
export function readDatasetInThread(
  plan: Omit<Extract<DatasetPlan, { kind: 'read' }>, 'kind'>,
): Promise<DatasetVersion> {
  return inThread({ kind: 'read', ...plan })
}

/** @throws AppError TRAIN_DATA */
export function diffDatasetsInThread(
  plan: Omit<Extract<DatasetPlan, { kind: 'diff' }>, 'kind'>,
): Promise<DatasetDifference> {
  return inThread({ kind: 'diff', ...plan })
}

function inThread<T>(plan: DatasetPlan): Promise<T> {
  const url = besideModule('dataset-worker', import.meta.url)
  return runInThread<T>({ ...{ url, name: 'dataset', plan }, timeoutMs, mostMb })
}
