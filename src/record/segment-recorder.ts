import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Observable } from 'rxjs'
import type { Fragment } from '../core/frame.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { partSuffix } from './clip-part.ts'
import { type ClipWriter, createClipWriter } from './clip-writer.ts'

export interface SegmentRecorderOptions {
  readonly cameraId: string
  readonly fragments$: Observable<Fragment>
  /** `<dataDir>/segments` */
  readonly dir: string
  readonly segmentMs: number
  readonly telemetry: Telemetry
}

export interface SegmentRecorder {
  /** Ends the open segment; resolves when it is on the disk. */
  close(): Promise<void>
}

interface OpenSegment {
  readonly path: string
  readonly writer: ClipWriter
  readonly epoch: number
  readonly firstPtsUs: number
  damaged: boolean
}

/** After the disk refused a segment, the next one is tried with the first keyframe that comes this much later. */
const pauseAfterErrorMs = 10_000

/**
 * Everything that a camera sends, in files of about `segmentMs` that begin at a keyframe:
 * `<dir>/<camera>/<day>/<time>-<epoch>.mp4` (UTC). They are fragmented MP4, playable as they are and up to the last
 * second after a power cut, so that nothing is ever copied or encoded. Another init segment begins another file.
 */
export function createSegmentRecorder(options: SegmentRecorderOptions): SegmentRecorder {
  const { cameraId, dir, segmentMs, telemetry } = options
  let init: Fragment | null = null
  let open: OpenSegment | null = null
  let closing: Promise<void> = Promise.resolve()
  let notBeforeMs = 0

  const end = () => {
    const segment = open
    open = null
    if (segment) closing = closing.then(() => finish(segment))
  }
  const finish = async ({ path, writer, damaged }: OpenSegment) => {
    await writer.close()
    try {
      await rename(path + partSuffix, path)
      telemetry.count('vireo_record_segments_total', { camera: cameraId })
    } catch (thrown) {
      if (!damaged) telemetry.log.error({ camera: cameraId, path, err: thrown }, 'a segment is not finished')
    }
  }

  const begin = (first: Fragment, head: Fragment) => {
    const time = new Date(first.arrivalMs).toISOString()
    const name = `${time.slice(11, 23).replaceAll(/[:.]/g, '')}-${first.epoch}.mp4`
    const path = join(dir, cameraId, time.slice(0, 10), name)
    const segment: OpenSegment = {
      path,
      epoch: first.epoch,
      firstPtsUs: first.ptsUs,
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
          notBeforeMs = first.arrivalMs + pauseAfterErrorMs
          telemetry.count('vireo_record_failures_total', { camera: cameraId, code: error.code })
          telemetry.log.error({ camera: cameraId, code: error.code }, error.message)
          if (open === segment) end()
        },
      }),
    }
    segment.writer.write(head)
    open = segment
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
    if (fragment.keyframe) {
      const lengthUs = open ? fragment.ptsUs - open.firstPtsUs : 0
      if (open && (lengthUs >= segmentMs * 1000 || lengthUs < 0)) end()
      if (!open && fragment.arrivalMs >= notBeforeMs) begin(fragment, init)
    }
    open?.writer.write(fragment)
  }

  const subscription = options.fragments$.subscribe({ next: take, error: end, complete: end })
  return {
    async close() {
      subscription.unsubscribe()
      end()
      await closing
    },
  }
}
