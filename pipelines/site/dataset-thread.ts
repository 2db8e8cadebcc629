import type { Json } from '../../src/http/review-port.ts'
import type { DatasetOptions } from './dataset.ts'
import type { DatasetPlan } from './dataset-worker.ts'
import { besideModule, runInThread } from './run-in-thread.ts'

/** Tens of thousands of clips take a second to build or to read, which running cameras have not. */
const timeoutMs = 300_000
const mostMb = 1024

/** All of them answer with JSON. @throws as buildDatasetVersion */
export function buildDatasetInThread({ clock, ...options }: DatasetOptions): Promise<Json> {
  return inThread({ kind: 'build', options, nowMs: clock.nowMs() })
}

/** @throws AppError TRAIN_DATA */
export function summarizeInThread(
  plan: Omit<Extract<DatasetPlan, { kind: 'summary' }>, 'kind'>,
): Promise<Json> {
  return inThread({ kind: 'summary', ...plan })
}

/** @throws AppError TRAIN_DATA */
export function readDatasetInThread(
  plan: Omit<Extract<DatasetPlan, { kind: 'read' }>, 'kind'>,
): Promise<Json> {
  return inThread({ kind: 'read', ...plan })
}

/** @throws AppError TRAIN_DATA */
export function diffDatasetsInThread(
  plan: Omit<Extract<DatasetPlan, { kind: 'diff' }>, 'kind'>,
): Promise<Json> {
  return inThread({ kind: 'diff', ...plan })
}

function inThread(plan: DatasetPlan): Promise<Json> {
  const url = besideModule('dataset-worker', import.meta.url)
  return runInThread<Json>({ url, name: 'dataset', plan, timeoutMs, mostMb })
}
