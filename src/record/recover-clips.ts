import type { spawn as nodeSpawn } from 'node:child_process'
import { glob, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { toAppError } from '../core/errors.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { partSuffix, readPartHead } from './clip-part.ts'
import { finishClip } from './finish-clip.ts'
import { type FinishedClip, finishedClip } from './finished-clip.ts'

/**
 * Finishes the clips that an earlier run left unfinished: after a crash, a power cut or a full disk. To be called
 * before the recorders start. One that fails again stays for the next start; one without any video is removed.
 */
export async function recoverClips(options: {
  /** `<dataDir>/clips` */
  dir: string
  spawn: typeof nodeSpawn
  clock: Clock
  telemetry: Telemetry
}): Promise<readonly FinishedClip[]> {
  const { dir, telemetry } = options
  const recovered: FinishedClip[] = []
  for await (const name of glob('*/*/*.tmp', { cwd: dir })) await rm(join(dir, name), { force: true })
  const names: string[] = []
  for await (const name of glob(`*/*/*.mp4${partSuffix}`, { cwd: dir })) names.push(name)
  for (const name of names.sort()) {
    const part = join(dir, name)
    const cameraId = name.split('/')[0]!
    try {
      const head = await readPartHead(part)
      if (!head.note || !head.hasMedia) {
        countDrop(telemetry, { stage: 'record', reason: 'nothing_recorded', cameraId })
        telemetry.log.warn({ camera: cameraId, path: part }, 'an unfinished clip holds no video: removed')
        await rm(part)
        continue
      }
      const file = await finishClip({
        ...options,
        path: part.slice(0, -partSuffix.length),
        log: telemetry.log,
      })
      telemetry.count('vireo_record_clips_total', { camera: cameraId, reason: 'recovered' })
      recovered.push(finishedClip(file, 'recovered'))
    } catch (thrown) {
      const { code, message } = toAppError(thrown)
      telemetry.count('vireo_record_failures_total', { camera: cameraId, code })
      telemetry.log.error({ camera: cameraId, path: part, code }, `a clip cannot be finished: ${message}`)
    }
  }
  return recovered
}
