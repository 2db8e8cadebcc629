import { workerData } from 'node:worker_threads'
import { jsonLine } from '../../src/core/text/clean-text.ts'
import type { DatasetDifference, DatasetSummary, DatasetVersion, Json } from '../../src/http/review-port.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import { diffDatasets } from '../../src/review/diff-datasets.ts'
import { answerFromThread } from './answer-from-thread.ts'
import { buildDatasetVersion, type DatasetOptions } from './dataset.ts'
import { differenceOf, summaryOf, versionOf } from './dataset-view.ts'

interface Version {
  readonly name: string
  readonly version: number
}

export type DatasetPlan =
  | { readonly kind: 'build'; readonly options: Omit<DatasetOptions, 'clock'>; readonly nowMs: number }
  | { readonly kind: 'read'; readonly dataDir: string; readonly wanted: Version }
  | { readonly kind: 'summary'; readonly dataDir: string; readonly wanted: Version }
  | { readonly kind: 'diff'; readonly dataDir: string; readonly before: Version; readonly after: Version }

// Runs as a worker thread: builds, reads or compares versions and answers with what came of it.
await answerFromThread(async (): Promise<Json> => {
  const answer = await workOn(workerData as DatasetPlan)
  return new TextEncoder().encode(jsonLine(answer))
})

async function workOn(plan: DatasetPlan): Promise<DatasetVersion | DatasetSummary | DatasetDifference> {
  if (plan.kind === 'build')
    return versionOf(await buildDatasetVersion({ ...plan.options, clock: { nowMs: () => plan.nowMs } }))
  const folder = openDatasetFolder(plan.dataDir)
  const read = ({ name, version }: Version) => folder.read(name, version)
  if (plan.kind === 'summary') return summaryOf(read(plan.wanted))
  return plan.kind === 'read'
    ? versionOf(read(plan.wanted))
    : differenceOf(diffDatasets(read(plan.before), read(plan.after)))
}
