import { stat } from 'node:fs/promises'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { clipsDir, segmentsDir } from '../../src/core/data-dir.ts'
import type { SegmentTier } from '../../src/core/tiered-segment.ts'
import { createClipFolder } from '../../src/record/clip/clip-folder.ts'
import { listSegments } from '../../src/record/list-segments.ts'
import { openTierReader, type TierTotals } from '../../src/store/tables/tier-reader.ts'
import { tierAfterMs } from './tier-recordings.ts'

export interface CameraRetention {
  readonly cameraId: string
  readonly clips: { readonly count: number; readonly bytes: number }
  readonly segments: { readonly count: number; readonly bytes: number; readonly oldestMs: number | null }
  readonly tier: Omit<TierTotals, 'cameraId'> & {
    /** Hours after which segments are made small; 0: never. */
    readonly afterHours: number
    /** Segments that are old enough and that nothing was decided about yet. */
    readonly waiting: number
    readonly bytesSaved: number
  }
}

export interface RetentionStatus {
  readonly freeBytes: number
  readonly cameras: readonly CameraRetention[]
  /** What was decided about single segments, the newest first; only when asked for. */
  readonly files?: readonly SegmentTier[]
}

const nothing = {
  tiered: 0,
  kept: {},
  bytesBefore: 0,
  bytesAfter: 0,
  ssim: null,
  psnrDb: null,
  vmaf: null,
  tookMs: 0,
}

/** What is on the disk, and what tiering made of it. Only reads; works beside a running `vireo run`. */
export async function retentionStatus(options: {
  config: Config
  cameraId: string | null
  /** Decisions to list; 0: none. */
  files: number
  clock: Clock
}): Promise<RetentionStatus> {
  const { config, cameraId, files, clock } = options
  const nowMs = clock.nowMs()
  const reader = openTierReader(config.dataDir)
  try {
    const totals = reader.totals(cameraId)
    const known = reader.names()
    const segments = await listSegments(segmentsDir(config.dataDir))
    const folder = createClipFolder(clipsDir(config.dataDir), () => nowMs)
    const clips = await folder.list()
    const ids = new Set([
      ...config.cameras.map(({ id }) => id),
      ...[...segments, ...clips].map((file) => file.cameraId),
    ])
    const cameras = [...ids].filter((id) => cameraId === null || id === cameraId).sort()
    return {
      freeBytes: await folder.freeBytes(),
      cameras: await Promise.all(
        cameras.map(async (id): Promise<CameraRetention> => {
          const own = segments.filter((segment) => segment.cameraId === id)
          const sizes = await Promise.all(
            own.map(({ path }) =>
              stat(path).then(
                ({ size }) => size,
                () => 0,
              ),
            ),
          )
          const ownClips = clips.filter((clip) => clip.cameraId === id)
          const { cameraId: _, ...tier } = totals.find((each) => each.cameraId === id) ?? {
            cameraId: id,
            ...nothing,
          }
          const afterMs = tierAfterMs(config, id)
          const isDue = (startedMs: number) => afterMs > 0 && nowMs - startedMs >= afterMs
          return {
            cameraId: id,
            clips: { count: ownClips.length, bytes: sumOf(ownClips.map(({ bytes }) => bytes)) },
            segments: { count: own.length, bytes: sumOf(sizes), oldestMs: own[0]?.startedMs ?? null },
            tier: {
              ...tier,
              afterHours: afterMs / 3_600_000,
              waiting: own.filter(({ name, startedMs }) => isDue(startedMs) && !known.has(name)).length,
              bytesSaved: tier.bytesBefore - tier.bytesAfter,
            },
          }
        }),
      ),
      ...(files > 0 ? { files: reader.list(cameraId, { limit: files }).items } : {}),
    }
  } finally {
    reader.close()
  }
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
