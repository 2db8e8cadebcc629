import { overlapOf } from '../../../src/core/box-overlap.ts'
import type { BoxPx, Detection } from '../../../src/core/detection.ts'
import type { IdentifiedBox } from '../../support/track-metrics.ts'

/**
 * The reference: a tracker that knows nothing but overlap (after Bochinski et al. 2017). A detection goes to the track
 * whose last box it overlaps most; a track without one for longer than `patience` frames is over. It has a threshold
 * for detections and, being given a little patience that the original has not, survives a missed frame.
 */
export function createIouTracker({ leastIou = 0.3, leastScore = 0.5, patience = 2 } = {}) {
  let tracks: { id: string; box: BoxPx; missed: number; hits: number }[] = []
  let serial = 0
  return {
    update(detections: readonly Detection[]): IdentifiedBox[] {
      const open = detections.filter(({ score }) => score >= leastScore)
      const pairs = tracks
        .flatMap((track) =>
          open.map((detection) => ({ track, detection, share: overlapOf(track.box, detection.box) })),
        )
        .filter(({ share }) => share >= leastIou)
        .sort((a, b) => b.share - a.share)
      const used = new Set<unknown>()
      for (const track of tracks) track.missed += 1
      for (const { track, detection } of pairs) {
        if (used.has(track) || used.has(detection)) continue
        used.add(track).add(detection)
        track.box = detection.box
        track.missed = 0
        track.hits += 1
      }
      tracks = tracks.filter(({ missed }) => missed <= patience)
      for (const detection of open)
        if (!used.has(detection)) {
          serial += 1
          tracks.push({ id: `${serial}`, box: detection.box, missed: 0, hits: 1 })
        }
      return tracks.filter(({ missed, hits }) => missed === 0 && hits > 1).map(({ id, box }) => ({ id, box }))
    },
  }
}
