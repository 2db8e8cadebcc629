import type { spawn as nodeSpawn } from 'node:child_process'
import { relative, sep } from 'node:path'
import { recordingOf } from '../../src/config/schema/recording-schema.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { clipsDir, segmentsDir } from '../../src/core/data-dir.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { SteadyClock } from '../../src/core/time/steady-clock.ts'
import type { ClipStore } from '../../src/event/clip-store.ts'
import type { EventIntake } from '../../src/event/event-intake.ts'
import { createClipFolder, joinFolders } from '../../src/record/clip/clip-folder.ts'
import { recoverClips } from '../../src/record/clip/recover-clips.ts'
import { makeFootageFolders } from '../../src/record/footage-folders.ts'
import type { RetentionLimits } from '../../src/record/plan-retention.ts'
import { recoverSegments } from '../../src/record/recover-segments.ts'
import { createRetention, type Retention, type Standings } from '../../src/record/retention.ts'
import { createDatasetSources } from '../../src/review/dataset-sources.ts'
import type { SampleStore } from '../../src/store/tables/sample-store.ts'
import type { TierStore } from '../../src/store/tables/tier-store.ts'
import type { ReviewQueue } from '../site/review.ts'
import { acceptClip } from './record.ts'

const dayMs = 86_400_000
const mb = 1024 * 1024

export interface KeepOptions {
  readonly config: Config
  readonly intake: Pick<EventIntake, 'clip' | 'clipRemoved' | 'clipUnavailable'>
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface RecordingsRecovery {
  /** Resolves when everything is finished that can be. Never rejects. */
  readonly done: Promise<void>
  /** Ends the work; what is unfinished stays for the next start. */
  close(): Promise<void>
}

/**
 * Finishes what an earlier process left unfinished, and says which clips will never come. Resolves when it knows what
 * there is; the cameras may start then, and the clips are finished beside them.
 */
export async function recoverRecordings(
  options: KeepOptions & { readonly store: Pick<ClipStore, 'promisedClips'> },
): Promise<RecordingsRecovery> {
  const { config, intake, store, telemetry } = options
  const dirs = { clips: clipsDir(config.dataDir), segments: segmentsDir(config.dataDir) }
  await makeFootageFolders(Object.values(dirs))
  const recovery = await recoverClips({
    ...options,
    dir: dirs.clips,
    onRecovered: (clip) => acceptClip(intake, clip),
    onLost: intake.clipUnavailable,
  })
  for (const { alertId, cameraId } of store.promisedClips())
    if (!recovery.alertIds.has(alertId)) intake.clipUnavailable({ alertId, cameraId, reason: 'crashed' })
  await recoverSegments(dirs.segments, telemetry)
  const stop = new AbortController()
  const done = recovery.finish(stop.signal)
  return {
    done,
    async close() {
      stop.abort()
      await done
    },
  }
}

export interface RetentionRoute extends Omit<KeepOptions, 'clock'> {
  /** By which things grow old. */
  readonly steady: SteadyClock
  readonly clock: Clock
  readonly store: Pick<ClipStore & SampleStore, 'isUnreviewed' | 'isSample'> & {
    readonly tiers: Pick<TierStore, 'forget'>
  }
  readonly reviews: Pick<ReviewQueue, 'isLabelled' | 'markRemoved'>
  readonly current: () => Config
  /** Nothing is removed before. */
  readonly after?: Promise<unknown>
}

/**
 * Retention of clips and segments: age, size per camera, and the disk's watermarks. What a person labelled or a dataset
 * refers to stays.
 */
export function keepRecordings(options: RetentionRoute): Retention {
  const { config, reviews, intake, clock, steady, current } = options
  const nowMs = () => clock.nowMs()
  const clips = createClipFolder(clipsDir(config.dataDir), nowMs)
  const segments = createClipFolder(segmentsDir(config.dataDir), nowMs)
  const retention = createRetention({
    folder: joinFolders({ clips, segments }),
    limits: () => limitsOf(current()),
    standings: standingsOf(options),
    onRemoved: ({ alertId, cameraId, kind, paths }, reason) => {
      if (kind === 'segments') {
        for (const path of paths) forgetSegment(options, path)
        return
      }
      intake.clipRemoved({ alertId, cameraId, reason })
      reviews.markRemoved([{ id: alertId, reason }])
    },
    ...options,
    clock: steady,
  })
  void (options.after ?? Promise.resolve()).then(retention.start)
  return retention
}

/** What is known of a segment goes with it. Left over, it would only be counted too long. */
function forgetSegment({ config, store, telemetry }: RetentionRoute, path: string): void {
  try {
    store.tiers.forget(relative(segmentsDir(config.dataDir), path).replaceAll(sep, '/'))
  } catch (thrown) {
    telemetry.log.warn({ path, err: thrown }, 'what is known of a removed segment could not be removed')
  }
}

function standingsOf({ config, store, reviews, steady, current, telemetry }: RetentionRoute): Standings {
  const datasets = createDatasetSources({ dataDir: config.dataDir, telemetry })
  return {
    look: datasets.look,
    of({ alertId, kind, paths }) {
      if (datasets.has({ id: alertId, paths })) return 'labelled'
      if (kind === 'segments') return 'free'
      if (reviews.isLabelled(alertId)) return 'labelled'
      const sinceMs = steady.sinceMs(current().recording.protectDays * dayMs)
      if (store.isUnreviewed(alertId, sinceMs)) return 'unreviewed'
      return store.isSample(alertId) ? 'sample' : 'free'
    },
  }
}

function limitsOf(config: Config): RetentionLimits {
  const { recording, sampling, cameras } = config
  const own = new Map(cameras.map((camera) => [camera.id, recordingOf(recording, camera)]))
  const of = (cameraId: string) => own.get(cameraId) ?? recording
  return {
    maxAgeMs: ({ cameraId, kind, standing }) => {
      const { keepSegmentsDays, keepDays } = of(cameraId)
      if (kind === 'segments') return keepSegmentsDays * dayMs
      return (standing === 'sample' ? Math.min(keepDays, sampling.keepDays) : keepDays) * dayMs
    },
    maxBytesOf: (cameraId) => of(cameraId).maxMb * mb,
    lowFreeBytes: recording.lowFreeMb * mb,
    enoughFreeBytes: Math.max(recording.enoughFreeMb, recording.lowFreeMb) * mb,
  }
}
