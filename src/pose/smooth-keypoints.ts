import type { Keypoint } from '../core/pose.ts'

/** Follows the keypoints of one person over time. */
export interface KeypointFilter {
  /** @param bodyPx length of the body, by which speeds are measured. */
  smooth(keypoints: readonly Keypoint[], ptsUs: number, bodyPx: number): Keypoint[]
}

/** Cutoff of a keypoint that rests, and by how much one body length a second raises it, Hz. */
const restHz = 1.2
const perSpeedHz = 3
const speedHz = 1
const scoreHz = 2
/** After a longer gap there is nothing to go on from. */
const restartUs = 1_000_000

interface Followed {
  readonly xPx: number
  readonly yPx: number
  readonly score: number
  /** Pixels per second. */
  readonly speedX: number
  readonly speedY: number
}

/**
 * The One-Euro filter (Casiez et al. 2012): what rests is smoothed, what moves is followed. A reading that the model is
 * less sure of than before moves the point less, so that a hidden wrist stays where it was while its score falls.
 */
export function createKeypointFilter(): KeypointFilter {
  let before: Followed[] | null = null
  let beforeUs = 0

  return {
    smooth(keypoints, ptsUs, bodyPx) {
      const dtS = (ptsUs - beforeUs) / 1e6
      const goesOn = before !== null && dtS > 0 && ptsUs - beforeUs <= restartUs
      const now: Followed[] = keypoints.map((found, n) =>
        goesOn
          ? step(before![n]!, found, { dtS, bodyPx: Math.max(1, bodyPx) })
          : { ...found, speedX: 0, speedY: 0 },
      )
      before = now
      beforeUs = ptsUs
      return now.map(({ xPx, yPx, score }) => ({ xPx, yPx, score }))
    },
  }
}

function step(before: Followed, found: Keypoint, { dtS, bodyPx }: { dtS: number; bodyPx: number }): Followed {
  const trust = Math.min(1, found.score / Math.max(before.score, 1e-6))
  const toward = (from: number, to: number, share: number) => from + share * (to - from)
  const speedShare = shareOf(speedHz, dtS) * trust
  const speedX = toward(before.speedX, (found.xPx - before.xPx) / dtS, speedShare)
  const speedY = toward(before.speedY, (found.yPx - before.yPx) / dtS, speedShare)
  const cutoffHz = restHz + (perSpeedHz * Math.hypot(speedX, speedY)) / bodyPx
  const share = shareOf(cutoffHz, dtS) * trust
  return {
    xPx: toward(before.xPx, found.xPx, share),
    yPx: toward(before.yPx, found.yPx, share),
    score: toward(before.score, found.score, shareOf(scoreHz, dtS)),
    speedX,
    speedY,
  }
}

/** How far a first-order filter of this cutoff goes toward a reading in the time. */
function shareOf(cutoffHz: number, dtS: number): number {
  return 1 / (1 + 1 / (2 * Math.PI * cutoffHz * dtS))
}
