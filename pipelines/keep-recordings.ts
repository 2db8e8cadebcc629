import type { spawn as nodeSpawn } from 'node:child_process'
import { relative, sep } from 'node:path'
import { recordingOf } from '../src/config/recording-schema.ts'
import type { Config } from '../src/config/schema.ts'
import type { Clock } from '../src/core/clock.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import type { ClipStore } from '../src/event/clip-store.ts'
import type { EventIntake } from '../src/event/event-intake.ts'
import type { TierStore } from '../src/event/tier-store.ts'
import { createClipFolder, joinFolders } from '../src/record/clip-folder.ts'
import type { RetentionLimits } from '../src/record/plan-retention.ts'
import { recoverClips } from '../src/record/recover-clips.ts'
import { recoverSegments } from '../src/record/recover-segments.ts'
import { createRetention, type Retention } from '../src/record/retention.ts'
import { acceptClip, clipsDir, segmentsDir } from './record.ts'

const dayMs = 86_400_000
const mb = 1024 * 1024

export interface KeepOptions {
  readonly config: Config
  readonly store: Pick<ClipStore, 'isUnreviewed'> & { readonly tiers: Pick<TierStore, 'forget'> }
  readonly intake: Pick<EventIntake, 'clip' | 'clipRemoved'>
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Finishes what an earlier process left unfinished. To be done before the cameras start. */
export async function recoverRecordings(options: KeepOptions): Promise<void> {
  const { config, intake } = options
  for (const clip of await recoverClips({ ...options, dir: clipsDir(config.dataDir) }))
    acceptClip(intake, clip)
  await recoverSegments(segmentsDir(config.dataDir))
}

/** Retention of clips and segments: age, size per camera, and the disk's watermarks. */
export function keepRecordings(options: KeepOptions & { current: () => Config }): Retention {
  const { config, store, intake, clock, current } = options
  const nowMs = () => clock.nowMs()
  const clips = createClipFolder(clipsDir(config.dataDir), nowMs)
  const segments = createClipFolder(segmentsDir(config.dataDir), nowMs)
  const retention = createRetention({
    folder: joinFolders({ clips, segments }),
    limits: () => limitsOf(current()),
    isProtected: (alertId) =>
      store.isUnreviewed(alertId, clock.nowMs() - current().recording.protectDays * dayMs),
    onRemoved: ({ alertId, cameraId, kind, paths }, reason) => {
      if (kind === 'clips') intake.clipRemoved({ alertId, cameraId, reason })
      else for (const path of paths) forgetSegment(options, path)
    },
    ...options,
  })
  retention.start()
  return retention
}

/** What is known of a segment goes with it. Left over, it would only be counted too long. */
function forgetSegment({ config, store, telemetry }: KeepOptions, path: string): void {
  try {
    store.tiers.forget(relative(segmentsDir(config.dataDir), path).replaceAll(sep, '/'))
  } catch (thrown) {
    telemetry.log.warn({ path, err: thrown }, 'what is known of a removed segment could not be removed')
  }
}

function limitsOf(config: Config): RetentionLimits {
  const { recording, cameras } = config
  const own = new Map(cameras.map((camera) => [camera.id, recordingOf(recording, camera)]))
  const of = (cameraId: string) => own.get(cameraId) ?? recording
  return {
    maxAgeMs: ({ cameraId, kind }) =>
      (kind === 'segments' ? of(cameraId).keepSegmentsDays : of(cameraId).keepDays) * dayMs,
    maxBytesOf: (cameraId) => of(cameraId).maxMb * mb,
    lowFreeBytes: recording.lowFreeMb * mb,
    enoughFreeBytes: Math.max(recording.enoughFreeMb, recording.lowFreeMb) * mb,
  }
}
