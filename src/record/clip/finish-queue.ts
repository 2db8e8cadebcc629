import type { spawn as nodeSpawn } from 'node:child_process'
import type { Clock } from '../../core/clock.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import type { ClipEnd, ClipLoss } from '../../core/recorded-clip.ts'
import { countDrop, type Telemetry } from '../../core/telemetry-port.ts'
import { finishClip } from './finish-clip.ts'
import { type FinishedClip, finishedClip } from './finished-clip.ts'
import { setAside } from './set-aside.ts'

/** A clip whose recording has ended. */
export interface FinishJob {
  readonly alertId: string
  readonly path: string
  /** Resolves when its part is on the disk. */
  readonly written: Promise<void>
  readonly cutUs: number | null
  /** Asked when the part is written: the disk may refuse its end. */
  readonly reason: () => ClipEnd | null
}

export interface FinishQueue {
  add(job: FinishJob): void
  /**
   * Resolves when everything is finished that can be, or soon after `signal` is aborted. What is not finished then stays
   * as a part for the next start.
   */
  close(signal?: AbortSignal): Promise<void>
}

export interface FinishQueueOptions {
  readonly cameraId: string
  readonly preRollMs: number
  readonly onFinished: (clip: FinishedClip) => void
  /** A clip that nothing becomes of for minutes: the disk does not answer, or there are too many. */
  readonly onStuck: (error: AppError) => void
  /** A clip that will never come. */
  readonly onLost: (alertId: string, reason: ClipLoss) => void
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** A full disk gets room again, by retention or by its owner. */
const retryMs = 60_000
const stuckMs = 300_000
/** A part that ffmpeg refused so often, though the disk works, will never become a clip. */
const mostRefusals = 3

/** Finishes the clips of a camera one after the other, so that a burst of alerts does not start many ffmpegs at once. */
export function createFinishQueue(options: FinishQueueOptions): FinishQueue {
  const { cameraId, preRollMs, onFinished, onLost, spawn, clock, telemetry } = options
  const aborter = new AbortController()
  const { signal } = aborter
  const retries = new Set<() => void>()
  const stuck = new Set<() => void>()
  let chain: Promise<void> = Promise.resolve()
  let closing = false
  let left = 0

  const run = async (job: FinishJob, refusals: number): Promise<void> => {
    await job.written
    if (signal.aborted) {
      left += 1
      return
    }
    const { alertId, path, cutUs } = job
    try {
      const cut = cutUs === null ? {} : { durationUs: cutUs }
      const file = await finishClip({ path, ...cut, spawn, clock, log: telemetry.log, signal })
      const reason = job.reason()
      telemetry.count('vireo_record_clips_total', { camera: cameraId, reason: reason ?? 'complete' })
      const finished = finishedClip(file, reason)
      const short = finished.preRollMs < preRollMs
      telemetry.log[reason || short ? 'warn' : 'info'](
        { camera: cameraId, alert: alertId, path, reason, preRollMs: finished.preRollMs },
        short ? 'a clip has less than the pre-roll asked for' : 'a clip is finished',
      )
      onFinished(finished)
    } catch (thrown) {
      if (signal.aborted) left += 1
      else await failed(job, toAppError(thrown), refusals)
    }
  }

  const failed = async (job: FinishJob, error: AppError, refusals: number) => {
    const { code, message } = error
    const { alertId, path } = job
    telemetry.count('vireo_record_failures_total', { camera: cameraId, code })
    telemetry.log.error({ camera: cameraId, alert: alertId, code }, `a clip is not finished: ${message}`)
    if (isGone(error)) return onLost(alertId, job.reason() === 'disk_error' ? 'disk_error' : 'removed')
    const refused = refusals + (isRefusal(error) ? 1 : 0)
    if (code === 'MEDIA_NO_VIDEO' || refused >= mostRefusals) {
      await putAside({ path, cameraId, telemetry })
      return onLost(alertId, 'unreadable')
    }
    if (closing) return
    const cancel = clock.after(retryMs, () => {
      retries.delete(cancel)
      chain = chain.then(() => run(job, refused))
    })
    retries.add(cancel)
  }

  const stuckError = ({ path }: FinishJob) =>
    new AppError(
      'STORE_CLIP',
      `camera ${cameraId}: ${path} is not finished after ${stuckMs / 60_000} minutes; the disk does not answer, or there is too much to finish`,
      { details: { cameraId, path } },
    )

  return {
    add(job) {
      const cancel = clock.after(stuckMs, () => {
        stuck.delete(cancel)
        options.onStuck(stuckError(job))
      })
      stuck.add(cancel)
      chain = chain
        .then(() => run(job, 0))
        .finally(() => {
          cancel()
          stuck.delete(cancel)
        })
    },
    async close(stop) {
      closing = true
      for (const cancel of [...retries, ...stuck]) cancel()
      const abort = () => aborter.abort(stop?.reason)
      if (stop?.aborted) abort()
      stop?.addEventListener('abort', abort)
      await chain
      stop?.removeEventListener('abort', abort)
      if (left > 0)
        telemetry.log.warn(
          { camera: cameraId, clips: left },
          'clips are not finished in the time that a stop has: they are at the next start',
        )
    },
  }
}

/** Whether ffmpeg itself would not have it: no trouble of the disk, nor was it ended from outside. */
export function isRefusal({ code, details }: AppError): boolean {
  return code === 'MEDIA_NO_VIDEO' || (code === 'MEDIA_FFMPEG_FAILED' && details.killedBy === undefined)
}

/** Whether the part is not there. */
function isGone({ code, cause }: AppError): boolean {
  return code === 'STORE_CLIP' && (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}

/** Says where the rest is. A part that cannot be moved stays, and is tried again at the next start. */
export async function putAside(options: {
  path: string
  cameraId: string
  telemetry: Telemetry
}): Promise<void> {
  const { path, cameraId, telemetry } = options
  countDrop(telemetry, { stage: 'record', reason: 'unreadable', cameraId })
  try {
    const to = await setAside(path)
    telemetry.log.warn({ camera: cameraId, path: to }, 'no clip can be made of a recording: it is set aside')
  } catch (thrown) {
    telemetry.log.warn({ camera: cameraId, path, err: thrown }, 'a broken recording cannot be set aside')
  }
}
