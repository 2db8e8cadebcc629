import type { BoxPx } from '../core/detection.ts'
import { assign } from './assignment.ts'
import { stepsApart } from './box-geometry.ts'
import type { Candidate } from './candidate.ts'

/** Who is found anew within so many body lengths of a lost track is taken for the same at once … */
const nearReach = 0.35
/** … and farther away the longer nothing was seen: half of a walk, as most of who is lost stands, lies or sits … */
const reachPerS = 0.5
/** … but never farther than this. */
const mostReach = 1
/** The length of a body changes by no more than this factor when somebody falls, rises or is half hidden. */
const mostGrowth = 1.7

export interface PictureSize {
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * People do not appear from nowhere in the middle of a picture: a track that begins near where another was lost is
 * the same person, whom overlap alone lost at an abrupt stop, a fall or behind somebody. The lost track goes on with
 * what the new one has seen.
 *
 * @returns the new tracks that were taken for lost ones.
 */
export function reunite(
  tracks: { readonly lost: readonly Candidate[]; readonly fresh: readonly Candidate[] },
  ptsUs: number,
  picture: PictureSize,
): Set<Candidate> {
  const lost = tracks.lost.filter((track) => !isLeaving(track, picture))
  const cost = lost.map((old) => tracks.fresh.map((young) => costOf(old, young)))
  const taken = new Set<Candidate>()
  assign(cost, 1).forEach((column, row) => {
    if (column < 0) return
    const [old, young] = [lost[row]!, tracks.fresh[column]!]
    old.filter = young.filter
    old.score = young.score
    old.hits += young.hits
    old.seenPtsUs = ptsUs
    old.lastBox = young.lastBox
    taken.add(young)
  })
  return taken
}

/** Distance as a share of the reach; infinite for what cannot be the same. */
function costOf(old: Candidate, young: Candidate): number {
  if (old.label !== young.label || old.seenPtsUs >= young.firstPtsUs) return Number.POSITIVE_INFINITY
  const growth = bodyPx(young.lastBox) / bodyPx(old.lastBox)
  if (growth > mostGrowth || growth < 1 / mostGrowth) return Number.POSITIVE_INFINITY
  const unseenS = (young.firstPtsUs - old.seenPtsUs) / 1e6
  const reach = Math.min(mostReach, nearReach + reachPerS * unseenS)
  // It may have stopped where it was seen last, or have gone on.
  const distance = Math.min(
    stepsApart(old.lastBox, young.lastBox),
    stepsApart(old.filter.box(), young.lastBox),
  )
  return distance / reach
}

/** As much of a box as this is in the picture, or its owner is about to be out of it. */
const leastInside = 0.6
const borderShare = 0.01

/** Whether a track was lost on its way over the border of the picture: whoever comes in there is somebody else. */
function isLeaving({ lastBox, filter }: Candidate, picture: PictureSize): boolean {
  const next = filter.box()
  return [
    {
      low: lastBox.xPx,
      high: lastBox.xPx + lastBox.widthPx,
      end: picture.widthPx,
      by: next.xPx - lastBox.xPx,
    },
    {
      low: lastBox.yPx,
      high: lastBox.yPx + lastBox.heightPx,
      end: picture.heightPx,
      by: next.yPx - lastBox.yPx,
    },
  ].some(({ low, high, end, by }) => {
    const inside = (Math.min(high + by, end) - Math.max(low + by, 0)) / (high - low)
    if (inside < leastInside) return true
    const marginPx = borderShare * end
    return (low <= marginPx && by < -marginPx) || (high >= end - marginPx && by > marginPx)
  })
}

function bodyPx({ widthPx, heightPx }: BoxPx): number {
  return Math.max(1, widthPx, heightPx)
}
