import type { ModelContract } from '../core/bundle.ts'
import type { Clip } from '../core/clip.ts'
import type { BoxPx } from '../core/detection.ts'
import type { GatedFrame } from '../core/frame.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { createAwaitTracks, type TrackUpdate } from './await-tracks.ts'
import { createClipCutter } from './clip-cutter.ts'
import { cropFrame } from './crop-frame.ts'

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

interface Tube {
  readonly cutter: ReturnType<typeof createClipCutter>
  /** Middle and height of the window in shares of the picture; null before the first frame. */
  window: { x: number; y: number; height: number; ptsUs: number } | null
}

/**
 * Clips cut around people: a window of the model's shape follows each track, and what it shows goes through the same
 * sampling as a whole picture.
 */
export function createPersonTubes(options: PersonTubesOptions): PersonTubes {
  const { model, strideScale, telemetry, label = 'person' } = options
  const tubes = new Map<string, Tube>()
  const tubeOf = (trackId: string): Tube => {
    const tube = tubes.get(trackId) ?? {
      cutter: createClipCutter({ model, strideScale, telemetry, trackId }),
      window: null,
    }
    tubes.set(trackId, tube)
    return tube
  }
  return createAwaitTracks<Clip>({
    stage: 'tube',
    telemetry,
    byTrack: tubes,
    cut(gated, update, { boxOf, drop }) {
      const { frame } = gated
      const people = update.tracks.filter((track) => track.label === label)
      drop('too_many_tracks', people.length - mostTubes)
      return people.slice(0, mostTubes).flatMap((track) => {
        const tube = tubeOf(track.id)
        tube.window = follow(tube.window, shareOf(boxOf(track), update.area), {
          ptsUs: frame.ptsUs,
          model,
          aspect: update.area.widthPx / update.area.heightPx,
        })
        const window = pixelsOf(tube.window, { model, update, frame })
        return tube.cutter.take({ ...gated, frame: cropFrame(frame, window, model) })
      })
    },
  })
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
