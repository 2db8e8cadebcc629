import { workerData } from 'node:worker_threads'
import { type EnoughRules, type ReviewProgress, reviewProgress } from '../../../src/review/review-progress.ts'
import { createReviewCounts } from '../../../src/store/tables/review/review-counts.ts'
import { openReviewDatabase } from '../../../src/store/tables/review/review-database.ts'
import { answerFromThread } from '../answer-from-thread.ts'

export interface CountsPlan {
  readonly dataDir: string
  readonly rules: EnoughRules
  /** Null: all. */
  readonly cameras: readonly string[] | null
}

// Runs as a worker thread: counts a long queue, which takes longer than frames of cameras can wait.
await answerFromThread((): ReviewProgress => {
  const { dataDir, rules, cameras } = workerData as CountsPlan
  const seen = cameras && new Set(cameras)
  const database = openReviewDatabase(dataDir)
  try {
    return reviewProgress(createReviewCounts(database)(), rules, (id) => seen === null || seen.has(id))
  } finally {
    database.close()
  }
})
