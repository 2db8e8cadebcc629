import { overlapOf } from '../core/box-overlap.ts'
import type { BoxPx, Detection, Track } from '../core/detection.ts'
import { assign } from './assignment.ts'
import { createBoxFilter } from './box-filter.ts'
import { stepsApart } from './box-geometry.ts'
import type { Candidate } from './candidate.ts'
import { type PictureSize, reunite } from './reunite.ts'

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
  /**
   * One frame's detections; returns the tracks that stand, in the order of their age. PTS must ascend. Boxes are
   * in the pixels of `picture`: who left it is not taken for who comes in.
   */
  update(detections: readonly Detection[], ptsUs: number, picture: PictureSize): Track[]
  /** Forgets all tracks: after a reconnect nothing can be continued. Ids go on counting. */
  reset(): void
}

/** Nobody covers more body lengths in a second than a runner. */
const fastest = 4

/**
 * Tracking by detection after ByteTrack (Zhang et al. 2022): strong detections are matched to predicted tracks
 * first, weak ones (occluded, lying people) to what is left; only strong ones start tracks. A new track near a lost
 * one goes on as that one, see reunite. Time is taken from PTS. Labels never mix.
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
    update(detections, ptsUs, picture) {
      const dtS = lastPtsUs === null ? 0 : Math.max(0, (ptsUs - lastPtsUs) / 1e6)
      lastPtsUs = ptsUs
      for (const track of tracks) {
        if (ptsUs - track.seenPtsUs > coastMs * 1000) track.filter.rest()
        track.filter.predict(dtS)
      }
      const strong = detections.filter(({ score }) => score >= highScore)
      const weak = detections.filter(({ score }) => score >= lowScore && score < highScore)
      const confirmed = tracks.filter((track) => track.confirmed)
      const first = associate(confirmed, strong, { cost: byOverlap, maxCost: 1 - matchIou })
      const second = associate(first.tracks, weak, { cost: byOverlapNowOrBefore, maxCost: 1 - secondIou })
      const tentative = tracks.filter((track) => !track.confirmed)
      const third = associate(tentative, first.detections, { cost: byOverlap, maxCost: 1 - secondIou })
      const fourth = associate(third.tracks, third.detections, { cost: bySteps, maxCost: fastest * dtS })
      // It did not go on as it was expected to: it stopped.
      for (const [track, { box }] of second.pairs)
        if (overlapOf(track.filter.box(), box) < secondIou) track.filter = createBoxFilter(box)
      for (const [track, detection] of [...first.pairs, ...second.pairs, ...third.pairs, ...fourth.pairs]) {
        track.filter.correct(detection.box, detection.score)
        track.score = detection.score
        track.hits += 1
        track.confirmed ||= track.hits >= confirmHits
        track.seenPtsUs = ptsUs
        track.lastBox = track.filter.box()
        track.keypoints = detection.keypoints
      }
      const fresh = tentative.filter(({ confirmed }) => confirmed)
      const lost = confirmed.filter(({ seenPtsUs }) => seenPtsUs < ptsUs)
      const taken = reunite({ lost, fresh }, ptsUs, picture)
      tracks = tracks.filter((track) => !taken.has(track))
      tracks = tracks.filter((track) =>
        track.confirmed ? ptsUs - track.seenPtsUs <= lostMs * 1000 : track.seenPtsUs === ptsUs,
      )
      for (const detection of fourth.detections) tracks.push(startTrack(detection, ptsUs))
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
      keypoints: detection.keypoints,
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
      ...(seen && track.keypoints && { keypoints: track.keypoints }),
    }
  }
}

type Cost = (track: Candidate, predicted: BoxPx, detection: BoxPx) => number

const byOverlap: Cost = (_, predicted, box) => 1 - overlapOf(predicted, box)
/** Who is hidden may have stopped where they were seen last. */
const byOverlapNowOrBefore: Cost = ({ lastBox }, predicted, box) =>
  1 - Math.max(overlapOf(predicted, box), overlapOf(lastBox, box))
/** Nothing is known yet of the speed of who was seen once. */
const bySteps: Cost = (_, predicted, box) => stepsApart(predicted, box)

/** Pairs tracks and detections of the same label at the least total cost. */
function associate(
  tracks: readonly Candidate[],
  detections: readonly Detection[],
  { cost: costOf, maxCost }: { cost: Cost; maxCost: number },
) {
  const cost = tracks.map((track) => {
    const predicted = track.filter.box()
    return detections.map(({ box, label }) =>
      label === track.label ? costOf(track, predicted, box) : Number.POSITIVE_INFINITY,
    )
  })
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
