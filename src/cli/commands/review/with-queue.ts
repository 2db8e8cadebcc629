import { knownLabels } from '../../../../pipelines/site/known-labels.ts'
import { openReviewQueue, type ReviewQueue } from '../../../../pipelines/site/review.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'

export interface ReviewOptions {
  config: string
  json?: boolean
}

/** Does something with the review queue of a configuration. */
export function withQueue(configFile: string, work: (queue: ReviewQueue) => void): void {
  const config = loadConfigToRead(configFile)
  const clock = { nowMs: Date.now }
  const known = () => knownLabels(config, clock)
  const queue = openReviewQueue({ dataDir: config.dataDir, clock, known })
  try {
    work(queue)
  } finally {
    queue.close()
  }
}
