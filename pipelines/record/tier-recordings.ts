import type { spawn as nodeSpawn } from 'node:child_process'
import { cpus, setPriority } from 'node:os'
import { recordingOf } from '../../src/config/schema/recording-schema.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { segmentsDir } from '../../src/core/data-dir.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../src/infer/inference-engine.ts'
import { createClipFolder } from '../../src/record/clip/clip-folder.ts'
import { createTiering, type Tiering } from '../../src/record/tier/tiering.ts'
import { createCoreLoad } from '../../src/schedule/core-load.ts'
import type { TierStore } from '../../src/store/tables/tier-store.ts'
import { protectedFootage } from './protected-footage.ts'

const hourMs = 3_600_000
const mb = 1024 * 1024

export interface TierRecordingsOptions {
  readonly config: Config
  /** As it is now: the configuration may change while everything runs. */
  readonly current: () => Config
  readonly store: { readonly tiers: TierStore }
  readonly engine: Pick<InferenceEngine, 'strideScale'>
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  /** By which segments grow old. */
  readonly steady: Clock
  readonly telemetry: Telemetry
}

/** Old segments without events → small files, when nobody else needs the cores. Not started yet. */
export function tierRecordings(options: TierRecordingsOptions): Tiering {
  const { config, current, store, engine, clock, steady } = options
  const dir = segmentsDir(config.dataDir)
  const folder = createClipFolder(dir, () => clock.nowMs())
  const load = createCoreLoad(cpus)
  return createTiering({
    ...options,
    clock: steady,
    dir,
    book: store.tiers,
    setPriority,
    freeBytes: folder.freeBytes,
    afterMs: (cameraId) => tierAfterMs(current(), cameraId),
    tier: () => current().recording.tier,
    protection: () => protectedFootage(current(), clock),
    lowFreeBytes: () => current().recording.lowFreeMb * mb,
    isBusy() {
      const { pauseAbove, pauseAboveLoad } = current().recording.tier
      const scale = Math.max(1, ...config.models.map(({ name }) => engine.strideScale(name)))
      return scale > pauseAbove || (load() ?? 0) > pauseAboveLoad
    },
  })
}

/** Age from which segments of a camera are made small, milliseconds; 0: never. */
export function tierAfterMs({ recording, cameras }: Config, cameraId: string): number {
  const camera = cameras.find(({ id }) => id === cameraId)
  return recordingOf(recording, camera ?? {}).tierAfterHours * hourMs
}
