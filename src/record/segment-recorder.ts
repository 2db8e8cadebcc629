import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Observable } from 'rxjs'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { Fragment } from '../core/frame.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { partSuffix } from './clip/clip-part.ts'
import { type ClipWriter, createClipWriter } from './clip/clip-writer.ts'
import { createFileTimeline, type FileTimeline } from './file-timeline.ts'
import { goesOn } from './goes-on.ts'

export interface SegmentRecorderOptions {
  readonly cameraId: string
  readonly fragments$: Observable<Fragment>
  /** `<dataDir>/segments` */
  readonly dir: string
  readonly segmentMs: number
  /** Without a fragment this long the segment ends. Default 10 s. */
  readonly silenceMs?: number
  /** Told when the disk refuses (with what), and null when it took a whole segment. */
  readonly onDisk?: (error: AppError | null) => void
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface SegmentRecorder {
  /** Ends the open segment; resolves when it is on the disk. */
  close(): Promise<void>
}

interface OpenSegment {
  readonly path: string
  readonly writer: ClipWriter
  readonly timeline: FileTimeline
  readonly epoch: number
  readonly firstPtsUs: number
  endPtsUs: number
  /** Monotonic time of its beginning and of its latest fragment. */
  readonly begunMonoMs: number
  heardMonoMs: number
  damaged: boolean
}

/** After the disk refused a segment, the next one is tried with the first keyframe that comes this much later. */
const pauseAfterErrorMs = 10_000
/** What a healthy disk takes for a segment is far less. */
const stuckMs = 60_000
/** A segment whose own time stands still ends when so many times its length have passed here. */
const mostLengths = 2

/**
 * Everything that a camera sends, in files of about `segmentMs` that begin at a keyframe:
 * `<dir>/<camera>/<day>/<time>-<epoch>.mp4` (UTC). They are fragmented MP4, playable as they are and up to the last
 * second after a power cut, so that nothing is ever copied or encoded; each counts time from its own beginning and states
 * its length. Another init segment, or a jump of time, begins another file.
 */
export function createSegmentRecorder(options: SegmentRecorderOptions): SegmentRecorder {
  const { cameraId, dir, segmentMs, silenceMs = 10_000, clock, telemetry, onDisk } = options
  let init: Fragment | null = null
  let open: OpenSegment | null = null
  let closing: Promise<void> = Promise.resolve()
  let notBeforeMonoMs = Number.NEGATIVE_INFINITY
  let cancelWatch: (() => void) | null = null

  const end = () => {
    const segment = open
    open = null
    cancelWatch?.()
    cancelWatch = null
    if (segment) closing = closing.then(() => finish(segment))
  }
  const finish = async (segment: OpenSegment) => {
    const { path, writer, timeline, firstPtsUs, endPtsUs } = segment
    const cancel = clock.after(stuckMs, () => refused(path, 'the disk does not answer'))
    await writer.close({ patch: timeline.length(endPtsUs - firstPtsUs) })
    cancel()
    try {
      await rename(path + partSuffix, path)
      telemetry.count('vireo_record_segments_total', { camera: cameraId })
      if (!segment.damaged) onDisk?.(null)
    } catch (thrown) {
      if (!segment.damaged) refused(path, thrown)
    }
  }
  const refused = (path: string, cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause)
    const error = new AppError(
      'STORE_CLIP',
      `camera ${cameraId}: the segment ${path} is not finished (${why})`,
      {
        details: { cameraId, path },
        cause,
      },
    )
    telemetry.count('vireo_record_failures_total', { camera: cameraId, code: error.code })
    telemetry.log.error({ camera: cameraId, path, code: error.code }, error.message)
    onDisk?.(error)
  }
  /** A camera that is gone leaves a finished segment. */
  const watch = () => {
    cancelWatch = null
    if (!open) return
    const leftMs = open.heardMonoMs + silenceMs - clock.monoMs()
    if (leftMs <= 0) end()
    else cancelWatch = clock.after(leftMs, watch)
  }

  const begin = (first: Fragment, head: Fragment) => {
    const time = new Date(first.arrivalMs).toISOString()
    const name = `${time.slice(11, 23).replaceAll(/[:.]/g, '')}-${first.epoch}.mp4`
    const path = join(dir, cameraId, time.slice(0, 10), name)
    const nowMonoMs = clock.monoMs()
    const segment: OpenSegment = {
      path,
      timeline: createFileTimeline(head.data, first.data),
      epoch: first.epoch,
      firstPtsUs: first.ptsUs,
      endPtsUs: first.ptsUs,
      begunMonoMs: nowMonoMs,
      heardMonoMs: nowMonoMs,
      damaged: false,
      writer: createClipWriter({
        path,
        note: {
          version: 1,
          alertId: '',
          cameraId,
          epoch: first.epoch,
          alertPtsUs: first.ptsUs,
          firstPtsUs: first.ptsUs,
          startedMs: first.arrivalMs,
        },
        onError(error) {
          segment.damaged = true
          notBeforeMonoMs = clock.monoMs() + pauseAfterErrorMs
          onDisk?.(error)
          telemetry.count('vireo_record_failures_total', { camera: cameraId, code: error.code })
          telemetry.log.error({ camera: cameraId, code: error.code }, error.message)
          if (open === segment) end()
        },
      }),
    }
    segment.writer.write({ data: segment.timeline.init })
    open = segment
    watch()
  }

  const take = (fragment: Fragment) => {
    if (fragment.kind === 'init') {
      const same =
        init !== null && init.epoch === fragment.epoch && Buffer.compare(init.data, fragment.data) === 0
      if (!same) end()
      init = fragment
      return
    }
    if (!init || init.epoch !== fragment.epoch) return
    const nowMonoMs = clock.monoMs()
    if (open && !goesOn(open.endPtsUs, fragment)) end()
    if (fragment.keyframe) {
      if (open && isFull(open, fragment, nowMonoMs)) end()
      if (!open && nowMonoMs >= notBeforeMonoMs) begin(fragment, init)
    }
    if (!open) return
    open.heardMonoMs = nowMonoMs
    open.endPtsUs = Math.max(open.endPtsUs, fragment.ptsUs + fragment.durationUs)
    for (const data of open.timeline.media(fragment.data)) open.writer.write({ data })
  }
  const isFull = ({ firstPtsUs, begunMonoMs }: OpenSegment, { ptsUs }: Fragment, nowMonoMs: number) =>
    ptsUs - firstPtsUs >= segmentMs * 1000 || nowMonoMs - begunMonoMs >= segmentMs * mostLengths + silenceMs

  const subscription = options.fragments$.subscribe({ next: take, error: end, complete: end })
  return {
    async close() {
      subscription.unsubscribe()
      end()
      await closing
    },
  }
}
