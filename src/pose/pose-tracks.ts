import type { Track } from '../core/detection.ts'
import type { Keypoint, Pose } from '../core/pose.ts'
import { judgePosture } from './judge-posture.ts'
import { createKeypointFilter, type KeypointFilter } from './smooth-keypoints.ts'

/** What a pose model found of one person in one frame. */
export interface PoseReading {
  readonly trackId: string
  readonly epoch: number
  readonly ptsUs: number
  /** In pixels of the picture in which the boxes of tracks are given. */
  readonly keypoints: readonly Keypoint[]
  /** Score from which each of them is sure. */
  readonly leastScores: readonly number[]
  /** Length of the body: the longer side of its box. */
  readonly bodyPx: number
}

/** The poses of the people who are followed. */
export interface PoseTracks {
  take(reading: PoseReading): void
  /** These tracks were not looked at, because nothing moved: they hold themselves as they did. */
  hold(trackIds: readonly string[], ptsUs: number): void
  /** The tracks, each with its pose unless that is too old; poses of tracks that are not among them are forgotten. */
  attach(tracks: readonly Track[], ptsUs: number): Track[]
  reset(): void
}

/**
 * People are looked at once a second at least, also while nothing moves, or are known to hold themselves as before: poses
 * live so long, or longer.
 */
export const leastStaleUs = 2_500_000

/** @param staleUs a pose that is older is none. */
export function createPoseTracks(options: { staleUs: number }): PoseTracks {
  const known = new Map<string, { filter: KeypointFilter; pose: Pose; knownUs: number }>()
  return {
    take({ trackId, ptsUs, keypoints, leastScores, bodyPx }) {
      const entry = known.get(trackId)
      // An answer that came late is of no use: the person was elsewhere since.
      if (entry && ptsUs <= entry.pose.ptsUs) return
      const filter = entry?.filter ?? createKeypointFilter()
      const smooth = filter.smooth(keypoints, ptsUs, bodyPx)
      const posture = judgePosture(smooth, leastScores, entry?.pose.posture ?? null)
      known.set(trackId, {
        filter,
        knownUs: ptsUs,
        pose: { ptsUs, keypoints: smooth, found: keypoints, posture },
      })
    },
    hold(trackIds, ptsUs) {
      for (const id of trackIds) {
        const entry = known.get(id)
        if (entry && entry.knownUs <= ptsUs && ptsUs - entry.knownUs <= options.staleUs) entry.knownUs = ptsUs
      }
    },
    attach(tracks, ptsUs) {
      const there = new Set(tracks.map(({ id }) => id))
      for (const id of known.keys()) if (!there.has(id)) known.delete(id)
      return tracks.map((track) => {
        const entry = known.get(track.id)
        return entry && ptsUs - entry.knownUs <= options.staleUs ? { ...track, pose: entry.pose } : track
      })
    },
    reset: () => known.clear(),
  }
}
