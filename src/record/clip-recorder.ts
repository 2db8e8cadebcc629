import type { spawn as nodeSpawn } from 'node:child_process'
import { type Observable, Subject } from 'rxjs'
import type { Clock } from '../core/clock.ts'
import type { AppError } from '../core/errors.ts'
import type { Fragment } from '../core/frame.ts'
import type { ClipLoss, UnavailableClip } from '../core/recorded-clip.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { clipPath } from './clip/clip-part.ts'
import { type ClipWriter, createClipWriter } from './clip/clip-writer.ts'
import { createFinishQueue } from './clip/finish-queue.ts'
import type { ClipEnd, FinishedClip } from './clip/finished-clip.ts'
import { createFragmentRing } from './fragment-ring.ts'
import { goesOn } from './goes-on.ts'

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
  /** Without a fragment this long, or so long after a clip should have ended, it ends. Default 10 s. */
  readonly silenceMs?: number
  /** Told when the disk refuses (with what), and null when it took a whole clip. */
  readonly onDisk?: (error: AppError | null) => void
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
  /** Hot. Clips that `begin` promised and that will not come. */
  readonly unavailable$: Observable<UnavailableClip>
  /**
   * Ends every open clip, and resolves when all are finished, or soon after `signal` is aborted: the rest is finished at
   * the next start.
   */
  close(signal?: AbortSignal): Promise<void>
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
  /** Monotonic time at which it ends whatever the stream's own time says. */
  overMonoMs: number
  /** Monotonic time at which media of its connection came. */
  heardMonoMs: number
  /** Whether the disk refused some of it. */
  damaged: boolean
}

/** How often open clips are looked at that get nothing, or whose time does not come. */
const lookMs = 1000

/**
 * Cuts a clip for each alert of one camera out of the untouched packets. Clips of several alerts may overlap. A
 * clip never spans two connections, two init segments or a jump of time; one that ends early says why. Its limits count
 * the time that passes here as well: where the stream's own time stands still, it ends all the same.
 */
export function createClipRecorder(options: ClipRecorderOptions): ClipRecorder {
  const { cameraId, dir, preRollMs, postRollMs, maxClipMs, clock, telemetry, spawn } = options
  const { lateMs = 15_000, maxRingBytes = 64 * 1024 * 1024, maxOpenClips = 16, silenceMs = 10_000 } = options
  const newRing = () =>
    createFragmentRing({ cameraId, keepMs: preRollMs + lateMs, maxBytes: maxRingBytes, telemetry })
  const clips = new Subject<FinishedClip>()
  const unavailable = new Subject<UnavailableClip>()
  const open = new Map<string, OpenClip>()
  let ring = newRing()
  /** The media before the last reconnect, for alerts that become known just after it. */
  let before: typeof ring | null = null
  let cancelForget: (() => void) | null = null
  let cancelLook: (() => void) | null = null
  let closed = false

  const lose = (reason: string, alertId: string, message: string) => {
    countDrop(telemetry, { stage: 'record', reason, cameraId })
    telemetry.log.warn({ camera: cameraId, alert: alertId, reason }, message)
    return null
  }
  const onLost = (alertId: string, reason: ClipLoss) => unavailable.next({ alertId, cameraId, reason })
  const finishing = createFinishQueue({
    cameraId,
    preRollMs,
    spawn,
    clock,
    telemetry,
    onLost,
    onStuck: (error) => options.onDisk?.(error),
    onFinished(clip) {
      options.onDisk?.(null)
      clips.next(clip)
    },
  })

  const stop = (clip: OpenClip, asked: ClipEnd | null) => {
    if (open.get(clip.alertId) !== clip) return
    open.delete(clip.alertId)
    const { alertId, path, writer, stopPtsUs, firstPtsUs, endPtsUs } = clip
    if (!writer) {
      lose('nothing_recorded', alertId, 'no clip is recorded: no keyframe came in its time')
      return onLost(alertId, 'nothing_recorded')
    }
    const cut = stopPtsUs !== null && stopPtsUs > firstPtsUs && stopPtsUs < endPtsUs
    const cutUs = cut ? stopPtsUs - firstPtsUs : null
    const written = writer.close({ note: { reason: asked, cutUs } })
    finishing.add({ alertId, path, written, cutUs, reason: () => (clip.damaged ? 'disk_error' : asked) })
  }
  const stopAll = (reason: ClipEnd, which: (clip: OpenClip) => boolean = () => true) => {
    for (const clip of [...open.values()]) if (which(clip)) stop(clip, reason)
  }

  const startWriter = (clip: OpenClip, init: Fragment, first: Fragment) => {
    clip.firstPtsUs = first.ptsUs
    clip.endPtsUs = first.ptsUs
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
        options.onDisk?.(error)
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
    clip.heardMonoMs = clock.monoMs()
    if (clip.stopPtsUs !== null && !clip.writer && fragment.ptsUs >= clip.stopPtsUs) return stop(clip, null)
    if (!clip.writer) {
      if (!fragment.keyframe) return
      startWriter(clip, init, fragment)
    } else if (!goesOn(clip.endPtsUs, fragment)) return stop(clip, 'stream_changed')
    clip.writer?.write(fragment)
    clip.endPtsUs = Math.max(clip.endPtsUs, fragment.ptsUs + fragment.durationUs)
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

  /** A camera that sends nothing, or whose time stands still, must not keep a clip open for hours. */
  const look = () => {
    cancelLook = null
    const nowMonoMs = clock.monoMs()
    let nextMs = lookMs
    for (const clip of [...open.values()]) {
      const silentMs = clip.heardMonoMs + silenceMs - nowMonoMs
      const overMs = clip.overMonoMs - nowMonoMs
      if (silentMs <= 0) stop(clip, 'camera_lost')
      else if (overMs <= 0) stop(clip, overReason(clip))
      else nextMs = Math.min(nextMs, silentMs, overMs)
    }
    if (open.size > 0) cancelLook = clock.after(nextMs, look)
  }
  const overReason = ({ stopPtsUs, firstPtsUs, endPtsUs, writer }: OpenClip): ClipEnd => {
    const longMs = writer ? (endPtsUs - firstPtsUs) / 1000 : 0
    return stopPtsUs === null && longMs >= maxClipMs / 2 ? 'max_length' : 'stream_changed'
  }

  const subscription = options.fragments$.subscribe({
    next: take,
    error: () => stopAll('camera_lost'),
    // The source is closed: the process ends, or the camera was changed or removed.
    complete: () => stopAll('shutdown'),
  })

  return {
    clips$: clips.asObservable(),
    unavailable$: unavailable.asObservable(),
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
        overMonoMs: clock.monoMs() + maxClipMs + silenceMs,
        heardMonoMs: clock.monoMs(),
        damaged: false,
      }
      open.set(alertId, clip)
      if (held) fill(clip, held)
      if (held && held === before) stop(clip, 'camera_lost')
      cancelLook ??= clock.after(lookMs, look)
      return path
    },
    end(alertId, lastPtsUs) {
      const clip = open.get(alertId)
      if (!clip) return
      clip.stopPtsUs = lastPtsUs + postRollMs * 1000
      clip.overMonoMs = Math.min(clip.overMonoMs, clock.monoMs() + postRollMs + silenceMs)
      if (clip.writer && clip.endPtsUs >= clip.stopPtsUs) stop(clip, null)
    },
    async close(signal) {
      closed = true
      subscription.unsubscribe()
      stopAll('shutdown')
      cancelForget?.()
      cancelLook?.()
      before = null
      await finishing.close(signal)
      clips.complete()
      unavailable.complete()
    },
  }
}
