import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { ReviewPort } from '../../src/http/review-port.ts'
import type { SitePort } from '../../src/http/site-port.ts'
import type { FileGuard } from '../../src/store/file-guard.ts'
import { openOutboxReader } from '../../src/store/tables/outbox-reader.ts'
import { createEventHub, type EventHub } from './event-hub.ts'
import { knownLabels } from './known-labels.ts'
import { openReviewQueue, type ReviewQueue } from './review.ts'
import { createSiteReviews } from './site-reviews.ts'

/** What people at a page are told and what they judge. */
export interface Desk {
  readonly events: EventHub
  readonly queue: ReviewQueue
  readonly reviews: ReviewPort
  close(): void
}

/** Events for pages, the queue of clips and what people say of them, in one running Vireo. */
export function createDesk(options: {
  dataDir: string
  /** The configuration as it is now. */
  current: () => Config
  site: Pick<SitePort, 'alert' | 'cameras'>
  clock: Clock
  guard: Pick<FileGuard, 'watch'>
  telemetry: Telemetry
}): Desk {
  const { dataDir, current, site, clock, guard, telemetry } = options
  const outbox = openOutboxReader(dataDir)
  const events = createEventHub({ outbox, site, clock, log: telemetry.log })
  const known = () => knownLabels(current(), clock)
  const queue = openReviewQueue({ dataDir, clock, guard, known })
  const reviews = createSiteReviews({
    queue,
    dataDir,
    clock,
    known,
    changed: ({ cameraId, ...data }) => events.tell({ kind: 'review', cameraId, position: null, data }),
  })
  return {
    events,
    queue,
    reviews,
    close() {
      queue.close()
      events.close()
      outbox.close()
    },
  }
}
