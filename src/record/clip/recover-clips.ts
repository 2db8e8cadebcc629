import type { spawn as nodeSpawn } from 'node:child_process'
import { glob, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { toAppError } from '../../core/errors.ts'
import type { UnavailableClip } from '../../core/recorded-clip.ts'
import { countDrop, type Telemetry } from '../../core/telemetry-port.ts'
import { partSuffix, readPartEnd, readPartHead } from './clip-part.ts'
import { finishClip } from './finish-clip.ts'
import { isRefusal, putAside } from './finish-queue.ts'
import { type FinishedClip, finishedClip } from './finished-clip.ts'

export interface RecoverOptions {
  /** `<dataDir>/clips` */
  readonly dir: string
  readonly onRecovered: (clip: FinishedClip) => void
  /** A clip that will never come. */
  readonly onLost: (clip: UnavailableClip) => void
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface ClipRecovery {
  /** Alerts whose clips are unfinished. */
  readonly alertIds: ReadonlySet<string>
  /** Finishes them one after the other; ends soon after `signal` is aborted. Never rejects. */
  finish(signal?: AbortSignal): Promise<void>
}

/**
 * Looks for the clips that an earlier run left unfinished: after a crash, a power cut, a full disk, or a stop that had no
 * time for them. To be called before the recorders start; they may run while these are finished. One that the disk
 * refuses stays for the next start. One that nothing can be made of is set aside, and said to be lost, once.
 */
export async function recoverClips(options: RecoverOptions): Promise<ClipRecovery> {
  const { dir } = options
  for await (const name of glob('*/*/*.tmp', { cwd: dir }))
    await rm(join(dir, name), { force: true }).catch(() => {})
  const names: string[] = []
  for await (const name of glob(`*/*/*.mp4${partSuffix}`, { cwd: dir })) names.push(name)
  return {
    alertIds: new Set(names.map(alertOf)),
    async finish(signal) {
      for (const name of names.sort()) if (!signal?.aborted) await finishOne(name, options, signal)
    },
  }
}

const alertOf = (name: string) => basename(name).split('.')[0]!

async function finishOne(name: string, options: RecoverOptions, signal?: AbortSignal): Promise<void> {
  const { dir, telemetry, onRecovered, onLost } = options
  const part = join(dir, name)
  const path = part.slice(0, -partSuffix.length)
  const lost = { cameraId: name.split('/')[0]!, alertId: alertOf(name) }
  const { cameraId } = lost
  try {
    const head = await readPartHead(part)
    if (!head.hasMedia) {
      countDrop(telemetry, { stage: 'record', reason: 'nothing_recorded', cameraId })
      telemetry.log.warn({ camera: cameraId, path: part }, 'an unfinished clip holds no video: removed')
      await rm(part)
      return onLost({ ...lost, reason: 'crashed' })
    }
    const end = await readPartEnd(part)
    const file = await finishClip({
      ...options,
      path,
      log: telemetry.log,
      ...(end?.cutUs ? { durationUs: end.cutUs } : {}),
      ...(signal ? { signal } : {}),
    })
    telemetry.count('vireo_record_clips_total', { camera: cameraId, reason: 'recovered' })
    onRecovered(finishedClip(file, end ? end.reason : 'recovered'))
  } catch (thrown) {
    if (signal?.aborted) return
    const error = toAppError(thrown)
    const { code, message } = error
    telemetry.count('vireo_record_failures_total', { camera: cameraId, code })
    telemetry.log.error({ camera: cameraId, path: part, code }, `a clip cannot be finished: ${message}`)
    if (!isRefusal(error)) return
    await putAside({ path, cameraId, telemetry })
    onLost({ ...lost, reason: 'unreadable' })
  }
}
