import { workerData } from 'node:worker_threads'
import type { ConfigEdit } from '../../src/config/edit/config-edit.ts'
import { type EditSource, editConfig } from '../../src/config/edit.ts'
import type { SiteDiff } from '../../src/http/site-port.ts'
import { answerFromThread } from './answer-from-thread.ts'
import { type DiffPlan, diffOfText } from './site-diff.ts'

export type ConfigPlan =
  | { readonly kind: 'diff'; readonly plan: DiffPlan }
  | {
      readonly kind: 'edit'
      readonly text: string
      readonly edits: readonly ConfigEdit[]
      readonly source: EditSource
    }

// Runs as a worker thread: reads a configuration that somebody sent, and says what it would change or what is wrong.
await answerFromThread((): SiteDiff | null => {
  const work = workerData as ConfigPlan
  if (work.kind === 'diff') return diffOfText(work.plan)
  editConfig(work.text, work.edits, work.source)
  return null
})
