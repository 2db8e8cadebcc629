import type { spawn as nodeSpawn } from 'node:child_process'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { LearningPort } from '../../src/http/learning-port.ts'
import type { ReviewPort } from '../../src/http/review-port.ts'
import type { SitePort } from '../../src/http/site-port.ts'
import type { FileGuard } from '../../src/store/file-guard.ts'
import { openOutboxReader } from '../../src/store/tables/outbox-reader.ts'
import { createEventHub, type EventHub } from './event-hub.ts'
import { knownLabels } from './known-labels.ts'
import { createSiteLearning } from './learning/create-site-learning.ts'
import { createLearningProcess } from './learning/learning-process.ts'
import { createLearningTeller } from './learning/learning-teller.ts'
import { createRunArchive } from './learning/run-archive.ts'
import { enoughRules, versionFigures } from './learning/version-figures.ts'
import { openReviewQueue, type ReviewQueue } from './review.ts'
import { createSiteReviews } from './site-reviews.ts'

/** What people at a page are told, what they judge, and what is learned from it. */
export interface Desk {
  readonly events: EventHub
  readonly queue: ReviewQueue
  readonly reviews: ReviewPort
  readonly learning: LearningPort
  /** Another version of a model serves. */
  versionChanged(): void
  close(): Promise<void>
}

/** Events for pages, the queue of clips and what people say of them, and learning, in one running Vireo. */
export function createDesk(options: {
  /** As the process was started with. */
  config: Config
  configFile: string | null
  /** The configuration as it is now. */
  current: () => Config
  site: Pick<SitePort, 'alert' | 'cameras'>
  spawn: typeof nodeSpawn
  clock: Clock
  guard: Pick<FileGuard, 'watch'>
  telemetry: Telemetry
}): Desk {
  const { config, configFile, current, site, spawn, clock, guard, telemetry } = options
  const { dataDir } = config
  const { log } = telemetry
  const outbox = openOutboxReader(dataDir)
  const events = createEventHub({ outbox, site, clock, log })
  const told = createLearningTeller({
    model: () => current().learning?.model ?? null,
    tell: events.tell,
    clock,
  })
  const known = () => knownLabels(current(), clock)
  const queue = openReviewQueue({ dataDir, clock, guard, known })
  const archive = createRunArchive(dataDir)
  const reviews = createSiteReviews({
    queue,
    dataDir,
    clock,
    known,
    rules: () => enoughRules(current().learning),
    versions: () => versionFigures({ dataDir, clock, archive, model: current().learning?.model ?? null }),
    changed: ({ cameraId, ...data }) => events.tell({ kind: 'review', cameraId, position: null, data }),
  })
  const process =
    configFile === null
      ? null
      : createLearningProcess({ configFile, spawn, clock, log, said: told.said, ended: told.ended })
  const learning = createSiteLearning({
    dataDir,
    current,
    archive,
    process,
    clock,
    judgedClips: async () => (await reviews.counters(null)).learnable.clips,
    changed: (model, state) => told.changed(model, state),
  })
  return {
    events,
    queue,
    reviews,
    learning,
    versionChanged: () => told.changed(null, 'promoted'),
    async close() {
      await process?.close()
      queue.close()
      events.close()
      outbox.close()
    },
  }
}
