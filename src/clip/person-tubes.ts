import type { ModelContract } from '../core/bundle.ts'
import type { Clip } from '../core/clip.ts'
import type { BoxPx, Track } from '../core/detection.ts'
import type { GatedFrame, PictureArea } from '../core/frame.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { createClipCutter } from './clip-cutter.ts'
import { cropFrame } from './crop-frame.ts'

/** The tracks of one frame of the detector's stream. */
export interface TrackUpdate {
  readonly epoch: number
  readonly ptsUs: number
  /** The picture in whose pixels the boxes are. */
  readonly area: Pick<PictureArea, 'widthPx' | 'heightPx'>
  readonly tracks: readonly Track[]
}

export interface PersonTubes {
  /** A frame of the stream that is cut; it waits until the tracks of its time are known. */
  frame(gated: GatedFrame): Clip[]
  /** Tracks of a moment; the clips that they complete. Moments must ascend within a connection. */
  tracks(update: TrackUpdate): Clip[]
}

export interface PersonTubesOptions {
  readonly model: ModelContract
  readonly strideScale: () => number
  readonly telemetry: Telemetry
  /** Label of the tracks that are cut out. */
  readonly label?: string
}

/** Share of the body's height that is left on every side, so that an arm or a fall stays in the picture. */
const margin = 0.25
/** Time constant with which the window follows the box. */
const followTauUs = 400_000
/** Most tracks of a camera that are cut at once; the oldest go first. */
const mostTubes = 16
/** How long a frame waits for its tracks. */
const patienceUs = 3_000_000
const mostWaiting = 64

interface Tube {
  readonly cutter: ReturnType<typeof createClipCutter>
  /** Middle and height of the window in shares of the picture; null before the first frame. */
  window: { x: number; y: number; height: number; ptsUs: number } | null
}

/**
 * Clips cut around people: a window of the model's shape follows each track, and what it shows goes through the same
 * sampling as a whole picture. The box of a frame lies between those of the moments around it, so that the clips
 * depend on the video alone and not on when inference answered.
 */
export function createPersonTubes(options: PersonTubesOptions): PersonTubes {
  const { model, strideScale, telemetry, label = 'person' } = options
  const tubes = new Map<string, Tube>()
  let waiting: GatedFrame[] = []
  let before: TrackUpdate | null = null

  const drop = (cameraId: string, reason: string, count: number) => {
    if (count > 0) countDrop(telemetry, { stage: 'tube', reason, cameraId, count })
  }
  const tubeOf = (trackId: string): Tube => {
    const tube = tubes.get(trackId) ?? {
      cutter: createClipCutter({ model, strideScale, telemetry, trackId }),
      window: null,
    }
    tubes.set(trackId, tube)
    return tube
  }
  const cut = (gated: GatedFrame, update: TrackUpdate): Clip[] => {
    const { frame } = gated
    const people = update.tracks.filter((track) => track.label === label)
    drop(frame.cameraId, 'too_many_tracks', Math.max(0, people.length - mostTubes))
    return people.slice(0, mostTubes).flatMap((track) => {
      const tube = tubeOf(track.id)
      const box = boxAt(frame.ptsUs, track, { before, update })
      tube.window = follow(tube.window, shareOf(box, update.area), {
        ptsUs: frame.ptsUs,
        model,
        aspect: update.area.widthPx / update.area.heightPx,
      })
      const window = pixelsOf(tube.window, { model, update, frame })
      return tube.cutter.take({ ...gated, frame: cropFrame(frame, window, model) })
    })
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
        tubes.clear()
        before = null
      }
      const clips = settle(update)
      const there = new Set(update.tracks.map(({ id }) => id))
      for (const id of tubes.keys()) if (!there.has(id)) tubes.delete(id)
      before = update
      return clips
    },
  }

  /** Cuts the frames whose time has come; those of another connection are of no use. */
  function settle(update: TrackUpdate): Clip[] {
    const ready = waiting.filter(({ frame }) => frame.epoch === update.epoch && frame.ptsUs <= update.ptsUs)
    const stale = waiting.filter(({ frame }) => frame.epoch < update.epoch).length
    if (stale > 0) drop(waiting[0]!.frame.cameraId, 'reconnect', stale)
    waiting = waiting.filter(
      ({ frame }) =>
        frame.epoch > update.epoch || (frame.epoch === update.epoch && frame.ptsUs > update.ptsUs),
    )
    return ready.flatMap((gated) => cut(gated, update))
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

function shareOf({ xPx, yPx, widthPx, heightPx }: BoxPx, area: TrackUpdate['area']) {
  return {
    x: (xPx + widthPx / 2) / area.widthPx,
    y: (yPx + heightPx / 2) / area.heightPx,
    width: widthPx / area.widthPx,
    height: heightPx / area.heightPx,
  }
}

/** The window with its margin around the box, moved toward it as far as the time since the last frame lets it. */
function follow(
  window: Tube['window'],
  box: ReturnType<typeof shareOf>,
  { ptsUs, model, aspect }: { ptsUs: number; model: ModelContract; aspect: number },
): NonNullable<Tube['window']> {
  const needed =
    Math.max(box.height, (box.width * aspect * model.heightPx) / model.widthPx) * (1 + 2 * margin)
  if (!window) return { x: box.x, y: box.y, height: needed, ptsUs }
  const share = 1 - Math.exp(-Math.max(0, ptsUs - window.ptsUs) / followTauUs)
  const toward = (from: number, to: number) => from + share * (to - from)
  return {
    x: toward(window.x, box.x),
    y: toward(window.y, box.y),
    height: toward(window.height, needed),
    ptsUs,
  }
}

/** The window in pixels of a frame that shows the whole picture, stretched. */
function pixelsOf(
  window: NonNullable<Tube['window']>,
  { model, update, frame }: { model: ModelContract; update: TrackUpdate; frame: GatedFrame['frame'] },
): BoxPx {
  const aspect = update.area.widthPx / update.area.heightPx
  const width = (window.height * model.widthPx) / model.heightPx / aspect
  return {
    xPx: (window.x - width / 2) * frame.widthPx,
    yPx: (window.y - window.height / 2) * frame.heightPx,
    widthPx: width * frame.widthPx,
    heightPx: window.height * frame.heightPx,
  }
}
