import type { ModelContract } from '../core/bundle.ts'
import type { Clip } from '../core/clip.ts'
import type { BoxPx, Track } from '../core/detection.ts'
import type { Frame, GatedFrame } from '../core/frame.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { createAwaitTracks, type TrackUpdate } from './await-tracks.ts'
import { cropFrame } from './crop-frame.ts'

/** One person of one frame, as a clip of one frame for a model. */
export interface PersonCrop {
  readonly clip: Clip & { readonly trackId: string }
  /** What the crop shows, and where the person is, in the pixels of the picture of the tracks. */
  readonly window: BoxPx
  readonly box: BoxPx
}

export interface PersonCrops {
  frame(gated: GatedFrame): PersonCrop[]
  /** Tracks of a moment; the crops of the frames up to it. Moments must ascend within a connection. */
  tracks(update: TrackUpdate): PersonCrop[]
}

export interface PersonCropsOptions {
  readonly model: Pick<ModelContract, 'name' | 'widthPx' | 'heightPx'>
  /** Share of the box's longer side that is left on every side. */
  readonly margin: number
  /** Most people of one frame. */
  readonly mostPeople: number
  readonly strideScale: () => number
  readonly telemetry: Telemetry
  /** Label of the tracks that are cut out. */
  readonly label?: string
}

/** While nothing moves people are still looked at so often: what was found last must not stay for ever. */
const quietEveryUs = 1_000_000

/**
 * Crops of the people who are seen, for a model that looks at one person: the box with its margin, widened to the shape
 * of the model's input, black where it goes beyond the picture. When there are more people than may be asked about,
 * those come first who were not looked at for longest, then the largest; who has to wait is counted.
 */
export function createPersonCrops(options: PersonCropsOptions): PersonCrops {
  const { model, margin, mostPeople, strideScale, telemetry, label = 'person' } = options
  const lookedUs = new Map<string, number>()
  let takenUs = Number.NEGATIVE_INFINITY
  let passed = 0

  const isDue = ({ frame, active }: GatedFrame) => {
    if (!active && frame.ptsUs - takenUs < quietEveryUs) return false
    passed += 1
    if (passed < Math.round(strideScale())) return false
    passed = 0
    takenUs = frame.ptsUs
    return true
  }
  const inTurn = (a: Track, b: Track) => {
    const [before, after] = [lookedUs.get(a.id) ?? -1, lookedUs.get(b.id) ?? -1]
    return before - after || b.box.widthPx * b.box.heightPx - a.box.widthPx * a.box.heightPx
  }

  return createAwaitTracks<PersonCrop>({
    stage: 'pose',
    telemetry,
    byTrack: lookedUs,
    restart() {
      takenUs = Number.NEGATIVE_INFINITY
      passed = 0
    },
    cut(gated, update, { boxOf, drop }) {
      const people = update.tracks.filter((track) => track.label === label && track.state === 'seen')
      if (people.length === 0 || !isDue(gated)) return []
      const { frame } = gated
      drop('too_many_people', people.length - mostPeople)
      return people
        .sort(inTurn)
        .slice(0, mostPeople)
        .map((track) => {
          lookedUs.set(track.id, frame.ptsUs)
          const box = boxOf(track)
          const window = windowAround(box, margin, model)
          const crop = cropFrame(frame, toFrame(window, frame, update.area), {
            widthPx: model.widthPx,
            heightPx: model.heightPx,
            beside: 'black',
          })
          return { clip: clipOf(crop, model.name, track.id), window, box }
        })
    },
  })
}

/** The box with a margin on every side, made wider or higher until it has the shape of the model's input. */
export function windowAround(
  { xPx, yPx, widthPx, heightPx }: BoxPx,
  margin: number,
  shape: { readonly widthPx: number; readonly heightPx: number },
): BoxPx {
  const edge = 2 * margin * Math.max(widthPx, heightPx)
  const aspect = shape.widthPx / shape.heightPx
  const height = Math.max(1, heightPx + edge, (widthPx + edge) / aspect)
  return {
    xPx: xPx + widthPx / 2 - (height * aspect) / 2,
    yPx: yPx + heightPx / 2 - height / 2,
    widthPx: height * aspect,
    heightPx: height,
  }
}

/** The same place in a frame that shows the whole picture, stretched. */
function toFrame(window: BoxPx, frame: Frame, area: TrackUpdate['area']): BoxPx {
  const [perX, perY] = [frame.widthPx / area.widthPx, frame.heightPx / area.heightPx]
  return {
    xPx: window.xPx * perX,
    yPx: window.yPx * perY,
    widthPx: window.widthPx * perX,
    heightPx: window.heightPx * perY,
  }
}

function clipOf(frame: Frame, modelName: string, trackId: string): PersonCrop['clip'] {
  const { cameraId, epoch, ptsUs, arrivalMs, arrivalMonoMs } = frame
  return {
    cameraId,
    epoch,
    modelName,
    trackId,
    frames: [frame],
    firstPtsUs: ptsUs,
    lastPtsUs: ptsUs,
    firstArrivalMs: arrivalMs,
    lastArrivalMs: arrivalMs,
    lastArrivalMonoMs: arrivalMonoMs,
  }
}
