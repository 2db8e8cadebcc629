import type { spawn as nodeSpawn } from 'node:child_process'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { motionDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import type { RecordedClip } from '../../src/core/recorded-clip.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { ExportPort } from '../../src/http/footage/export-port.ts'
import type { FootagePort, TimelineEntry } from '../../src/http/footage/footage-port.ts'
import type { AlertEntry, SitePort } from '../../src/http/site-port.ts'
import { motionStepMs, readLevels } from '../../src/record/motion-file.ts'
import type { CameraPlan } from '../live/plan/plan-camera.ts'
import type { CameraTrace } from '../live/trace/camera-trace.ts'
import { coverageOf, fileAt, joinCovered } from './coverage.ts'
import { createFootageJobs } from './footage-jobs.ts'
import { createMotionLog } from './motion-log.ts'
import { createPicturesAt } from './picture-at.ts'
import { readEvidence } from './read-evidence.ts'
import { createTraces } from './traces.ts'

/** Recordings as pages ask for them, and what is remembered of cameras while they run. */
export interface Footage extends FootagePort, ExportPort {
  /** A camera begins, or goes on with another plan. What is told of it is remembered. */
  attached(plan: CameraPlan): CameraTrace
  retuned(plan: CameraPlan): void
  detached(cameraId: string): void
  clipFinished(clip: RecordedClip): void
  close(): Promise<void>
}

export interface FootageOptions {
  readonly dataDir: string
  readonly current: () => Config
  readonly site: Pick<SitePort, 'alerts' | 'alert' | 'clip'>
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Steps of motion that a page draws at most. */
const mostSteps = 1500
const mostAlerts = 500
const mb = 1024 ** 2
const longestWithFilesMs = 86_400_000 + 1000

export function createFootage(options: FootageOptions): Footage {
  const { dataDir, current, site } = options
  const traces = createTraces(options)
  const pictures = createPicturesAt(options)
  const jobs = createFootageJobs({
    ...options,
    spareBytes: () => Math.max(current().recording.enoughFreeMb, current().recording.lowFreeMb) * mb,
  })
  const log = createMotionLog({
    ...options,
    keepDays: () => Math.max(current().recording.keepDays, current().recording.keepSegmentsDays),
  })
  const segment = async (cameraId: string, atMs: number) => {
    const found = await fileAt(dataDir, cameraId, atMs)
    if (found) return found
    throw new AppError('API_NOT_FOUND', `camera ${cameraId}: nothing is recorded of that moment`)
  }
  return {
    ...jobs,
    trace: traces.trace,
    attached(plan) {
      const { id } = plan.camera
      const trace = traces.of(plan)
      return {
        ...trace,
        motion(stream, gated) {
          trace.motion(stream, gated)
          log.motion(id, gated.frame.arrivalMs, gated.motion)
        },
      }
    },
    retuned: traces.retuned,
    detached: traces.detached,
    clipFinished: traces.clipFinished,
    async evidence(alertId) {
      const { clip } = site.alert(alertId)
      if (!clip || clip.removedReason !== null) return { scores: null, boxes: [] }
      return readEvidence(site.clip(alertId).path)
    },
    async timeline(cameraId, fromMs, toMs): Promise<TimelineEntry> {
      const steps = Math.ceil((toMs - fromMs) / motionStepMs / mostSteps)
      const stepMs = motionStepMs * Math.max(1, steps)
      const [files, levels] = await Promise.all([
        coverageOf(dataDir, cameraId, fromMs, toMs),
        readLevels(motionDir(dataDir), cameraId, { fromMs, toMs, stepMs }),
      ])
      const { alerts } = site.alerts({
        camera: [cameraId],
        since: iso(fromMs),
        until: iso(toMs),
        limit: mostAlerts,
      })
      return {
        cameraId,
        from: iso(fromMs),
        to: iso(toMs),
        footage: joinCovered(files).map((span) => ({ from: iso(span.fromMs), to: iso(span.toMs) })),
        segments:
          toMs - fromMs > longestWithFilesMs
            ? []
            : files.map(({ startedMs, durationMs }) => ({ from: iso(startedMs), durationMs })),
        motion: { stepMs, levels: levels.map((level) => (level === null ? null : rounded(level))) },
        alerts: alerts.map(toMark),
      }
    },
    segment,
    async picture(cameraId, atMs) {
      const { path, startedMs } = await segment(cameraId, atMs)
      return pictures.take(path, atMs - startedMs)
    },
    async close() {
      await Promise.all([traces.close(), log.close(), jobs.close()])
    },
  }
}

function toMark({
  alertId,
  label,
  severity,
  startedAt,
  lastAt,
  clip,
}: AlertEntry): TimelineEntry['alerts'][number] {
  return {
    alertId,
    label: String(label ?? ''),
    severity: (severity ?? 'info') as TimelineEntry['alerts'][number]['severity'],
    from: String(startedAt),
    to: String(lastAt),
    hasClip: clip !== null && clip.removedReason === null,
  }
}

const iso = (ms: number) => new Date(ms).toISOString()
const rounded = (value: number) => Math.round(value * 10_000) / 10_000
