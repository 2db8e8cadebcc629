import { overlapOf } from '../../src/core/box-overlap.ts'
import type { BoxPx } from '../../src/core/detection.ts'
import { assign } from '../../src/track/assignment.ts'

/** A box with whose it is: a person of the truth, or a track. */
export interface IdentifiedBox {
  readonly id: string
  readonly box: BoxPx
}

export interface TrackedFrame {
  readonly truth: readonly IdentifiedBox[]
  readonly tracks: readonly IdentifiedBox[]
}

export interface TrackMetrics {
  readonly boxes: number
  readonly misses: number
  readonly falseBoxes: number
  readonly switches: number
  /** 1 − (misses + false boxes + switches) / boxes; may be below 0. */
  readonly mota: number
  /** Boxes that carry the right identity, as F-measure: 2 × IDTP / (boxes of truth + boxes of tracks). */
  readonly idf1: number
}

/**
 * How well tracks follow the truth. MOTA as in CLEAR MOT (Bernardin and Stiefelhagen 2008): a pair of the frame before
 * stays while it overlaps enough, the rest is matched anew by the least total distance; a person who is matched to
 * another track than last time is a switch. IDF1 after Ristani et al. 2016: one track for each person over the whole
 * sequence, chosen so that most boxes agree.
 *
 * @param leastIou overlap from which two boxes are the same.
 */
export function measureTracks(frames: readonly TrackedFrame[], leastIou = 0.5): TrackMetrics {
  let [boxes, trackBoxes, misses, falseBoxes, switches] = [0, 0, 0, 0, 0]
  const lastTrackOf = new Map<string, string>()
  const agreements = new Map<string, Map<string, number>>()
  let pairs = new Map<string, string>()

  for (const { truth, tracks } of frames) {
    boxes += truth.length
    trackBoxes += tracks.length
    const overlaps = truth.map((person) => tracks.map((track) => overlapOf(person.box, track.box)))
    truth.forEach((person, row) => {
      tracks.forEach((track, column) => {
        if (overlaps[row]![column]! < leastIou) return
        const counts = agreements.get(person.id) ?? new Map<string, number>()
        agreements.set(person.id, counts.set(track.id, (counts.get(track.id) ?? 0) + 1))
      })
    })
    const matched = matchFrame({ truth, tracks }, { overlaps, pairs, leastIou })
    for (const [personId, trackId] of matched) {
      const before = lastTrackOf.get(personId)
      if (before !== undefined && before !== trackId) switches += 1
      lastTrackOf.set(personId, trackId)
    }
    misses += truth.length - matched.size
    falseBoxes += tracks.length - matched.size
    pairs = matched
  }
  const identified = bestAgreement(agreements)
  return {
    boxes,
    misses,
    falseBoxes,
    switches,
    mota: boxes === 0 ? 1 : 1 - (misses + falseBoxes + switches) / boxes,
    idf1: boxes + trackBoxes === 0 ? 1 : (2 * identified) / (boxes + trackBoxes),
  }
}

/** Person → track in one frame. */
function matchFrame(
  { truth, tracks }: TrackedFrame,
  {
    overlaps,
    pairs,
    leastIou,
  }: { overlaps: number[][]; pairs: ReadonlyMap<string, string>; leastIou: number },
): Map<string, string> {
  const matched = new Map<string, string>()
  const taken = new Set<number>()
  const open: number[] = []
  truth.forEach(({ id }, row) => {
    const column = tracks.findIndex((track) => track.id === pairs.get(id))
    if (column >= 0 && overlaps[row]![column]! >= leastIou && !taken.has(column)) {
      matched.set(id, tracks[column]!.id)
      taken.add(column)
    } else open.push(row)
  })
  const free = tracks.map((_, column) => column).filter((column) => !taken.has(column))
  const cost = open.map((row) => free.map((column) => 1 - overlaps[row]![column]!))
  assign(cost, 1 - leastIou).forEach((chosen, index) => {
    if (chosen >= 0) matched.set(truth[open[index]!]!.id, tracks[free[chosen]!]!.id)
  })
  return matched
}

/** Most boxes that agree when every person has at most one track and every track one person. */
function bestAgreement(agreements: ReadonlyMap<string, ReadonlyMap<string, number>>): number {
  const trackIds = [...new Set([...agreements.values()].flatMap((counts) => [...counts.keys()]))]
  const counts = [...agreements.values()].map((of) => trackIds.map((id) => of.get(id) ?? 0))
  const most = counts.flat().reduce((a, b) => Math.max(a, b), 0)
  const columns = assign(
    counts.map((row) => row.map((count) => most - count)),
    most,
  )
  return columns.reduce((sum, column, row) => sum + (column < 0 ? 0 : counts[row]![column]!), 0)
}
