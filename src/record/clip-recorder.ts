import type { spawn as nodeSpawn } from 'node:child_process'
import { type Observable, Subject } from 'rxjs'
import type { Clock } from '../core/clock.ts'
import { toAppError } from '../core/errors.ts'
import type { Fragment } from '../core/frame.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { clipPath } from './clip-part.ts'
import { type ClipWriter, createClipWriter } from './clip-writer.ts'
import { finishClip } from './finish-clip.ts'
import { type ClipEnd, type FinishedClip, finishedClip } from './finished-clip.ts'
import { createFragmentRing } from './fragment-ring.ts'

export interface ClipRecorderOptions {
  readonly cameraId: string
  readonly fragments$: Observable<Fragment>
  /** `<dataDir>/clips` */
  readonly dir: string
  readonly preRollMs: number
  readonly postRollMs: number
  /** Longest clip, pre-roll included. */
  readonly maxClipMs: number
  /** How long after its first frame an alert may become known. Default 15 s. */
  readonly lateMs?: number
  /** Most bytes of media in memory. Default 64 MiB. */
  readonly maxRingBytes?: number
  /** Most clips being written at once. Default 16. */
  readonly maxOpenClips?: number
  /** Without a fragment this long, open clips end. Default 10 s. */
  readonly silenceMs?: number
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface ClipRecorder {
  /**
   * Starts the clip of an alert: from the keyframe at or before `firstPtsUs` − preRollMs. Returns where the clip will
   * be, or null when nothing can be recorded any more (counted, and said in the log). A second call for an alert
   * whose clip is open changes nothing.
   */
  begin(alertId: string, firstPtsUs: number, epoch: number): string | null
  /** Lets the clip end postRollMs after the alert's last frame. Ignored when it is not open. */
  end(alertId: string, lastPtsUs: number): void
  /** Hot. Clips that are complete on the disk, in the order in which they ended. */
  readonly clips$: Observable<FinishedClip>
  /** Ends every open clip, and resolves when all are finished. */
  close(): Promise<void>
}

interface OpenClip {
  readonly alertId: string
  readonly epoch: number
  readonly alertPtsUs: number
  readonly path: string
  /** Null until the first keyframe. */
  writer: ClipWriter | null
  firstPtsUs: number
  endPtsUs: number
  /** Where it is to end; null while the alert lasts. */
  stopPtsUs: number | null
  /** Whether the disk refused some of it. */
  damaged: boolean
}

/**
 * Cuts a clip for each alert of one camera out of the untouched packets. Clips of several alerts may overlap. A
 * clip never spans two connections or two init segments; one that ends early says why.
 */
export function createClipRecorder(options: ClipRecorderOptions): ClipRecorder {
  const { cameraId, dir, preRollMs, postRollMs, maxClipMs, clock, telemetry, spawn } = options
  const { lateMs = 15_000, maxRingBytes = 64 * 1024 * 1024, maxOpenClips = 16, silenceMs = 10_000 } = options
  const newRing = () =>
    createFragmentRing({ cameraId, keepMs: preRollMs + lateMs, maxBytes: maxRingBytes, telemetry })
  const clips = new Subject<FinishedClip>()
  const open = new Map<string, OpenClip>()
  let ring = newRing()
  /** The media before the last reconnect, for alerts that become known just after it. */
  let before: typeof ring | null = null
  let cancelForget: (() => void) | null = null
  let cancelWatch: (() => void) | null = null
  let heardMonoMs = clock.monoMs()
  let finishing: Promise<void> = Promise.resolve()
  let closed = false

  const lose = (reason: string, alertId: string, message: string) => {
    countDrop(telemetry, { stage: 'record', reason, cameraId })
    telemetry.log.warn({ camera: cameraId, alert: alertId, reason }, message)
    return null
  }

  const stop = (clip: OpenClip, reason: ClipEnd | null) => {
    if (open.get(clip.alertId) !== clip) return
    open.delete(clip.alertId)
    if (!clip.writer) {
      lose('nothing_recorded', clip.alertId, 'no clip is recorded: no keyframe came in its time')
      return
    }
    const { writer } = clip
    finishing = finishing.then(() => finish(clip, writer, reason))
  }
  const stopAll = (reason: ClipEnd, which: (clip: OpenClip) => boolean = () => true) => {
    for (const clip of [...open.values()]) if (which(clip)) stop(clip, reason)
  }

  /** One after the other, so that a burst of alerts does not start many ffmpegs at once. */
  const finish = async (clip: OpenClip, writer: ClipWriter, asked: ClipEnd | null) => {
    const { path, stopPtsUs, firstPtsUs, endPtsUs } = clip
    const cut = stopPtsUs !== null && stopPtsUs > firstPtsUs && stopPtsUs < endPtsUs
    try {
      await writer.close()
      const reason = clip.damaged ? 'disk_error' : asked
      const file = await finishClip({
        path,
        ...(cut ? { durationUs: stopPtsUs - firstPtsUs } : {}),
        spawn,
        clock,
        log: telemetry.log,
      })
      telemetry.count('vireo_record_clips_total', { camera: cameraId, reason: reason ?? 'complete' })
      const finished = finishedClip(file, reason)
      const short = finished.preRollMs < preRollMs
      telemetry.log[reason || short ? 'warn' : 'info'](
        { camera: cameraId, alert: clip.alertId, path, reason, preRollMs: finished.preRollMs },
        short ? 'a clip has less than the pre-roll asked for' : 'a clip is finished',
      )
      clips.next(finished)
    } catch (thrown) {
      const { code, message } = toAppError(thrown)
      telemetry.count('vireo_record_failures_total', { camera: cameraId, code })
      telemetry.log.error(
        { camera: cameraId, alert: clip.alertId, code },
        `a clip is not finished: ${message}`,
      )
    }
  }

  const startWriter = (clip: OpenClip, init: Fragment, first: Fragment) => {
    clip.firstPtsUs = first.ptsUs
    clip.writer = createClipWriter({
      path: clip.path,
      note: {
        version: 1,
        alertId: clip.alertId,
        cameraId,
        epoch: clip.epoch,
        alertPtsUs: clip.alertPtsUs,
        firstPtsUs: first.ptsUs,
        startedMs: first.arrivalMs,
      },
      onError(error) {
        clip.damaged = true
        telemetry.count('vireo_record_failures_total', { camera: cameraId, code: error.code })
        telemetry.log.error({ camera: cameraId, alert: clip.alertId, code: error.code }, error.message)
        stop(clip, 'disk_error')
      },
    })
    clip.writer.write(init)
  }

  /** Gives a clip its next fragment, and ends it when it has what it needs. */
  const append = (clip: OpenClip, init: Fragment, fragment: Fragment) => {
    if (!open.has(clip.alertId)) return
    if (clip.stopPtsUs !== null && !clip.writer && fragment.ptsUs >= clip.stopPtsUs) return stop(clip, null)
    if (!clip.writer) {
      if (!fragment.keyframe) return
      startWriter(clip, init, fragment)
    } else if (fragment.ptsUs < clip.endPtsUs - fragment.durationUs) return stop(clip, 'stream_changed')
    clip.writer?.write(fragment)
    clip.endPtsUs = fragment.ptsUs + fragment.durationUs
    if (clip.stopPtsUs !== null && clip.endPtsUs >= clip.stopPtsUs) stop(clip, null)
    else if (clip.endPtsUs - clip.firstPtsUs >= maxClipMs * 1000) stop(clip, 'max_length')
  }
  const fill = (clip: OpenClip, from: typeof ring) => {
    const [init, ...media] = from.since(clip.alertPtsUs - preRollMs * 1000)
    if (init) for (const fragment of media) append(clip, init, fragment)
  }

  const reconnected = (epoch: number) => {
    stopAll('camera_lost', (clip) => clip.epoch < epoch)
    cancelForget?.()
    before = ring
    cancelForget = clock.after(lateMs, () => {
      before = null
    })
    ring = newRing()
  }

  const take = (fragment: Fragment) => {
    heardMonoMs = clock.monoMs()
    if (fragment.kind === 'init') {
      if (ring.epoch !== 0 && fragment.epoch !== ring.epoch) reconnected(fragment.epoch)
      if (ring.push(fragment) === 'started') stopAll('stream_changed', (clip) => clip.writer !== null)
      return
    }
    ring.push(fragment)
    if (open.size === 0) return
    const [init] = ring.since(fragment.ptsUs)
    if (!init || init.epoch !== fragment.epoch) return
    for (const clip of [...open.values()]) if (clip.epoch === fragment.epoch) append(clip, init, fragment)
  }

  /** A camera that sends nothing must not keep a clip open for hours. */
  const watch = () => {
    cancelWatch = null
    if (open.size === 0) return
    const leftMs = heardMonoMs + silenceMs - clock.monoMs()
    if (leftMs <= 0) stopAll('camera_lost')
    else cancelWatch = clock.after(leftMs, watch)
  }

  const subscription = options.fragments$.subscribe({
    next: take,
    error: () => stopAll('camera_lost'),
    // The source is closed: the process ends, or the camera was changed or removed.
    complete: () => stopAll('shutdown'),
  })

  return {
    clips$: clips.asObservable(),
    begin(alertId, firstPtsUs, epoch) {
      const known = open.get(alertId)
      if (known) return known.path
      if (closed) return lose('closed', alertId, 'no clip is recorded: the recorder is closed')
      if (open.size >= maxOpenClips)
        return lose(
          'too_many_clips',
          alertId,
          `no clip is recorded: ${maxOpenClips} others are being recorded`,
        )
      const held = [ring, before].find((candidate) => candidate?.epoch === epoch)
      if (!held && epoch < ring.epoch)
        return lose('too_late', alertId, 'no clip is recorded: its connection ended too long ago')
      const path = clipPath({ dir, cameraId, alertId, atMs: clock.nowMs() })
      const clip: OpenClip = {
        alertId,
        epoch,
        alertPtsUs: firstPtsUs,
        path,
        writer: null,
        firstPtsUs: 0,
        endPtsUs: 0,
        stopPtsUs: null,
        damaged: false,
      }
      open.set(alertId, clip)
      heardMonoMs = clock.monoMs()
      if (held) fill(clip, held)
      if (held && held === before) stop(clip, 'camera_lost')
      if (cancelWatch === null) watch()
      return path
    },
    end(alertId, lastPtsUs) {
      const clip = open.get(alertId)
      if (!clip) return
      clip.stopPtsUs = lastPtsUs + postRollMs * 1000
      if (clip.writer && clip.endPtsUs >= clip.stopPtsUs) stop(clip, null)
    },
    async close() {
      closed = true
      subscription.unsubscribe()
      stopAll('shutdown')
      cancelForget?.()
      cancelWatch?.()
      before = null
      await finishing
      clips.complete()
    },
  }
}
