import type { BoxPx, Detection, Track } from '../core/detection.ts'
import { assign } from './assignment.ts'
import { type BoxFilter, createBoxFilter } from './box-filter.ts'
import { iou } from './box-geometry.ts'

export interface TrackerOptions {
  /** Prefix of track ids, unique per camera and process. */
  readonly idPrefix: string
  /** Detections from this score on take part in the first association and may start a track, 0–1. */
  readonly highScore?: number
  /** Detections under this score are ignored, 0–1. */
  readonly lowScore?: number
  /** Least IoU of the first association. */
  readonly matchIou?: number
  /** Least IoU of the second association (weak detections) and of new tracks in their second frame. */
  readonly secondIou?: number
  /** How long a track that is not detected is kept, milliseconds. */
  readonly lostMs?: number
  /** How long a lost track goes on moving before it is taken to stand still, milliseconds. */
  readonly coastMs?: number
  /** Detections in consecutive frames before a track counts, so that a single false detection is no track. */
  readonly confirmHits?: number
}

export interface Tracker {
  /** One frame's detections; returns the tracks that stand, in the order of their age. PTS must ascend. */
  update(detections: readonly Detection[], ptsUs: number): Track[]
  /** Forgets all tracks: after a reconnect nothing can be continued. Ids go on counting. */
  reset(): void
}

interface Candidate {
  readonly serial: number
  readonly label: string
  readonly filter: BoxFilter
  score: number
  hits: number
  confirmed: boolean
  firstPtsUs: number
  seenPtsUs: number
  lastBox: BoxPx
}

/**
 * Tracking by detection after ByteTrack (Zhang et al. 2022): strong detections are matched to predicted tracks
 * first, weak ones (occluded, lying people) to what is left; only strong ones start tracks. Time is taken from
 * PTS. Labels never mix.
 */
export function createTracker(options: TrackerOptions): Tracker {
  const {
    idPrefix,
    highScore = 0.5,
    lowScore = 0.1,
    matchIou = 0.2,
    secondIou = 0.4,
    lostMs = 3000,
    coastMs = 700,
    confirmHits = 2,
  } = options
  let tracks: Candidate[] = []
  let serial = 0
  let lastPtsUs: number | null = null

  return {
    update(detections, ptsUs) {
      const dtS = lastPtsUs === null ? 0 : Math.max(0, (ptsUs - lastPtsUs) / 1e6)
      lastPtsUs = ptsUs
      for (const track of tracks) {
        if (ptsUs - track.seenPtsUs > coastMs * 1000) track.filter.rest()
        track.filter.predict(dtS)
      }
      const strong = detections.filter(({ score }) => score >= highScore)
      const weak = detections.filter(({ score }) => score >= lowScore && score < highScore)
      const confirmed = tracks.filter((track) => track.confirmed)
      const first = associate(confirmed, strong, 1 - matchIou)
      const second = associate(first.tracks, weak, 1 - secondIou)
      const tentative = tracks.filter((track) => !track.confirmed)
      const third = associate(tentative, first.detections, 1 - secondIou)
      for (const [track, detection] of [...first.pairs, ...second.pairs, ...third.pairs]) {
        track.filter.correct(detection.box, detection.score)
        track.score = detection.score
        track.hits += 1
        track.confirmed ||= track.hits >= confirmHits
        track.seenPtsUs = ptsUs
        track.lastBox = track.filter.box()
      }
      tracks = tracks.filter((track) =>
        track.confirmed ? ptsUs - track.seenPtsUs <= lostMs * 1000 : track.seenPtsUs === ptsUs,
      )
      for (const detection of third.detections) tracks.push(startTrack(detection, ptsUs))
      return tracks.filter((track) => track.confirmed).map((track) => view(track, ptsUs))
    },
    reset() {
      tracks = []
      lastPtsUs = null
    },
  }

  function startTrack(detection: Detection, ptsUs: number): Candidate {
    serial += 1
    return {
      serial,
      label: detection.label,
      filter: createBoxFilter(detection.box),
      score: detection.score,
      hits: 1,
      confirmed: confirmHits <= 1,
      firstPtsUs: ptsUs,
      seenPtsUs: ptsUs,
      lastBox: detection.box,
    }
  }

  function view(track: Candidate, ptsUs: number): Track {
    const seen = track.seenPtsUs === ptsUs
    return {
      id: `${idPrefix}${track.serial}`,
      label: track.label,
      box: seen ? track.lastBox : track.filter.box(),
      score: track.score,
      state: seen ? 'seen' : 'lost',
      firstPtsUs: track.firstPtsUs,
      seenPtsUs: track.seenPtsUs,
    }
  }
}

/** Pairs tracks and detections of the same label by the overlap of predicted and detected boxes. */
function associate(tracks: readonly Candidate[], detections: readonly Detection[], maxCost: number) {
  const boxes = tracks.map((track) => track.filter.box())
  const cost = tracks.map((track, row) =>
    detections.map((detection) =>
      detection.label === track.label ? 1 - iou(boxes[row]!, detection.box) : Number.POSITIVE_INFINITY,
    ),
  )
  const columns = assign(cost, maxCost)
  const used = new Set(columns)
  return {
    pairs: tracks.flatMap((track, row): [Candidate, Detection][] =>
      columns[row]! < 0 ? [] : [[track, detections[columns[row]!]!]],
    ),
    tracks: tracks.filter((_, row) => columns[row]! < 0),
    detections: detections.filter((_, column) => !used.has(column)),
  }
}
