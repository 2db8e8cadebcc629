import type { BoxPx, Track } from '../core/detection.ts'
import type { GatedFrame, PictureArea } from '../core/frame.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'

/** The tracks of one frame of the detector's stream. */
export interface TrackUpdate {
  readonly epoch: number
  readonly ptsUs: number
  /** The picture in whose pixels the boxes are. */
  readonly area: Pick<PictureArea, 'widthPx' | 'heightPx'>
  readonly tracks: readonly Track[]
}

/** Joins frames of one stream to tracks that were found in another. */
export interface AwaitTracks<T> {
  /** A frame waits until the tracks of its time are known. */
  frame(gated: GatedFrame): T[]
  /** Tracks of a moment; what is cut from the frames up to it. Moments must ascend within a connection. */
  tracks(update: TrackUpdate): T[]
}

/** The moment of a frame between two looks of the detector. */
export interface FrameMoment {
  /** Where a track was then. */
  boxOf(track: Track): BoxPx
  /** Counts what is left out of the frame; nothing for 0 or less. */
  drop(reason: string, count: number): void
}

export interface AwaitTracksOptions<T> {
  readonly cut: (gated: GatedFrame, update: TrackUpdate, at: FrameMoment) => T[]
  /** What is kept of tracks, by their ids: forgotten with the track, and when another connection begins. */
  readonly byTrack: Map<string, unknown>
  /** Another connection begins: nothing of the former one goes on. */
  readonly restart?: () => void
  /** Stage under which dropped frames are counted. */
  readonly stage: string
  readonly telemetry: Telemetry
}

/** How long a frame waits for its tracks. */
const patienceUs = 3_000_000
const mostWaiting = 64

/**
 * The box of a frame lies between those of the moments around it, so that what is cut depends on the video alone and not
 * on when inference answered.
 */
export function createAwaitTracks<T>(options: AwaitTracksOptions<T>): AwaitTracks<T> {
  const { cut, byTrack, restart, stage, telemetry } = options
  let waiting: GatedFrame[] = []
  let before: TrackUpdate | null = null

  const drop = (cameraId: string, reason: string, count: number) => {
    if (count > 0) countDrop(telemetry, { stage, reason, cameraId, count })
  }

  return {
    frame(gated) {
      waiting.push(gated)
      const { cameraId, ptsUs } = gated.frame
      const late = waiting.length > mostWaiting || ptsUs - waiting[0]!.frame.ptsUs > patienceUs
      if (late) {
        waiting.shift()
        drop(cameraId, 'no_tracks', 1)
      }
      return before ? settle(before) : []
    },
    tracks(update) {
      if (before && (before.epoch !== update.epoch || update.ptsUs < before.ptsUs)) {
        byTrack.clear()
        restart?.()
        before = null
      }
      const made = settle(update)
      const there = new Set(update.tracks.map(({ id }) => id))
      for (const id of byTrack.keys()) if (!there.has(id)) byTrack.delete(id)
      before = update
      return made
    },
  }

  /** Cuts the frames whose time has come; those of another connection are of no use. */
  function settle(update: TrackUpdate): T[] {
    const ready = waiting.filter(({ frame }) => frame.epoch === update.epoch && frame.ptsUs <= update.ptsUs)
    const stale = waiting.filter(({ frame }) => frame.epoch < update.epoch).length
    if (stale > 0) drop(waiting[0]!.frame.cameraId, 'reconnect', stale)
    waiting = waiting.filter(
      ({ frame }) =>
        frame.epoch > update.epoch || (frame.epoch === update.epoch && frame.ptsUs > update.ptsUs),
    )
    return ready.flatMap((gated) =>
      cut(gated, update, {
        boxOf: (track) => boxAt(gated.frame.ptsUs, track, { before, update }),
        drop: (reason, count) => drop(gated.frame.cameraId, reason, count),
      }),
    )
  }
}

/** Where a track was at a time between two moments. */
function boxAt(
  ptsUs: number,
  track: Track,
  { before, update }: { before: TrackUpdate | null; update: TrackUpdate },
): BoxPx {
  const old = before?.tracks.find(({ id }) => id === track.id)?.box
  if (!old || !before || before.ptsUs >= update.ptsUs) return track.box
  const share = Math.min(1, Math.max(0, (ptsUs - before.ptsUs) / (update.ptsUs - before.ptsUs)))
  const mix = (a: number, b: number) => a + share * (b - a)
  return {
    xPx: mix(old.xPx, track.box.xPx),
    yPx: mix(old.yPx, track.box.yPx),
    widthPx: mix(old.widthPx, track.box.widthPx),
    heightPx: mix(old.heightPx, track.box.heightPx),
  }
}
