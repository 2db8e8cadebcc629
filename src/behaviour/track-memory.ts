import { overlapOf } from '../core/box-overlap.ts'
import type { BoxPx, Track } from '../core/detection.ts'
import type { Pose } from '../core/pose.ts'

/** What is remembered of one track. Slots are small numbers under which conditions keep their own state. */
export interface TrackRecord {
  readonly slot: number
  /** Id of the track; changes when a still object that was lost is found again under a new one. */
  id: string
  readonly label: string
  readonly birthBox: BoxPx
  readonly birthPtsUs: number
  /** Where it was seen last. */
  box: BoxPx
  footX: number
  footY: number
  seenPtsUs: number
  /** Whether it is detected in this very frame. */
  seen: boolean
  /** Length of the body, smoothed: the longer side of the box, so that it is the same lying and standing. */
  bodyPx: number
  /** Smoothed velocity of the foot point in body lengths per second; NaN until it can be told. */
  velocityX: number
  velocityY: number
  speed: number
  /** As the track has it while it is seen; afterwards the last one. */
  pose: Pose | undefined
}

export interface TrackMemory {
  /** The tracks in the order in which they came. */
  readonly records: readonly TrackRecord[]
  readonly bySlot: readonly (TrackRecord | undefined)[]
  find(id: string): TrackRecord | undefined
  update(tracks: readonly Track[], ptsUs: number): void
  clear(): void
}

interface Held extends TrackRecord {
  given: boolean
  readonly times: Float64Array
  readonly xs: Float64Array
  readonly ys: Float64Array
  samples: number
}

/** Velocity is the slope through so many foot points, so far apart at least, within about a second. */
const ringSize = 12
const spacingUs = 80_000
const windowUs = 1_000_000
const longestUs = 3_000_000
const leastSpanUs = 350_000
/** Time constant of the smoothed body length. */
const bodyTauUs = 1_000_000
/**
 * A new track takes the place of a dropped one that stayed where it was and overlaps it by so much: what somebody who
 * gets up has in common with where they lay.
 */
const sameOverlap = 0.2
const stillSpeed = 0.3
/** Whose box was lower than this share of the body when it was lost was going down, and is where they went down. */
const downShare = 0.75

/**
 * The tracks that conditions look at: the given ones, and lost ones for `keepUs` after they were last seen. At most
 * `capacity`; over that the one unseen for longest is forgotten, and when all are there, the new one is left out.
 */
export function createTrackMemory(options: {
  capacity: number
  keepUs: number
  /** The slot is about to be used by another track or by none. */
  onForget: (record: TrackRecord) => void
  /** A track was left out or forgotten early for want of room. */
  onDrop: () => void
}): TrackMemory {
  const { capacity, keepUs, onForget, onDrop } = options
  let records: Held[] = []
  const bySlot: (Held | undefined)[] = new Array(capacity).fill(undefined)
  const byId = new Map<string, Held>()

  const forget = (record: Held) => {
    onForget(record)
    byId.delete(record.id)
    bySlot[record.slot] = undefined
  }
  const predecessor = (track: Track) => {
    let best: { record: Held; share: number } | null = null
    for (const record of records) {
      if (record.given || record.label !== track.label || !stayed(record)) continue
      const share = overlapOf(record.box, track.box)
      if (share >= sameOverlap && (best === null || share > best.share)) best = { record, share }
    }
    return best?.record
  }
  const freeSlot = (): number => {
    if (records.length < capacity) return bySlot.indexOf(undefined)
    onDrop()
    const absent = records.filter((record) => !record.given)
    const oldest = absent.reduce<Held | undefined>(
      (least, record) => (least && least.seenPtsUs <= record.seenPtsUs ? least : record),
      undefined,
    )
    if (!oldest) return -1
    forget(oldest)
    records = records.filter((record) => record !== oldest)
    return oldest.slot
  }
  const admit = (track: Track, ptsUs: number): Held | undefined => {
    const before = predecessor(track)
    if (before) {
      byId.delete(before.id)
      before.id = track.id
      byId.set(track.id, before)
      return before
    }
    const slot = freeSlot()
    if (slot < 0) return undefined
    const record = birth(track, slot, ptsUs)
    records.push(record)
    bySlot[slot] = record
    byId.set(track.id, record)
    return record
  }

  return {
    get records() {
      return records
    },
    bySlot,
    find: (id) => byId.get(id),
    update(tracks, ptsUs) {
      for (const record of records) {
        record.given = false
        record.seen = false
      }
      for (const track of tracks) {
        const record = byId.get(track.id)
        if (record) record.given = true
      }
      for (const track of tracks) {
        const record = byId.get(track.id) ?? admit(track, ptsUs)
        if (!record) continue
        record.given = true
        if (track.state === 'seen') observe(record, track.box, ptsUs)
        if (track.state === 'seen' || track.pose) record.pose = track.pose
      }
      let kept = 0
      for (const record of records) {
        if (record.given || ptsUs - record.seenPtsUs <= keepUs) records[kept++] = record
        else forget(record)
      }
      records.length = kept
    },
    clear() {
      for (const record of records) forget(record)
      records = []
    },
  }
}

/** Who stood still when they were lost, or fell, is not elsewhere now; who walked out of sight may be. */
function stayed({ speed, box, bodyPx }: Held): boolean {
  return !(speed >= stillSpeed) || box.heightPx < downShare * bodyPx
}

function birth(track: Track, slot: number, ptsUs: number): Held {
  const { box } = track
  return {
    slot,
    id: track.id,
    label: track.label,
    birthBox: box,
    birthPtsUs: Math.min(ptsUs, track.firstPtsUs),
    box,
    footX: box.xPx + box.widthPx / 2,
    footY: box.yPx + box.heightPx,
    seenPtsUs: Math.min(ptsUs, track.seenPtsUs),
    seen: false,
    bodyPx: Math.max(1, box.widthPx, box.heightPx),
    velocityX: Number.NaN,
    velocityY: Number.NaN,
    speed: Number.NaN,
    pose: undefined,
    given: true,
    times: new Float64Array(ringSize),
    xs: new Float64Array(ringSize),
    ys: new Float64Array(ringSize),
    samples: 0,
  }
}

function observe(record: Held, box: BoxPx, ptsUs: number): void {
  const share = 1 - Math.exp(-(ptsUs - record.seenPtsUs) / bodyTauUs)
  record.bodyPx += share * (Math.max(1, box.widthPx, box.heightPx) - record.bodyPx)
  record.box = box
  record.footX = box.xPx + box.widthPx / 2
  record.footY = box.yPx + box.heightPx
  record.seenPtsUs = ptsUs
  record.seen = true
  const newest = (record.samples - 1) % ringSize
  if (record.samples > 0 && ptsUs - record.times[newest]! < spacingUs) return
  const at = record.samples % ringSize
  record.times[at] = ptsUs
  record.xs[at] = record.footX
  record.ys[at] = record.footY
  record.samples += 1
  measureVelocity(record, ptsUs)
}

/** Least-squares slope of the latest foot points over time. */
function measureVelocity(record: Held, ptsUs: number): void {
  const stored = Math.min(record.samples, ringSize)
  let [count, sumT, sumX, sumY, sumTT, sumTX, sumTY, spanUs] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let back = 0; back < stored; back += 1) {
    const at = (record.samples - 1 - back) % ringSize
    const ageUs = ptsUs - record.times[at]!
    if (ageUs > longestUs || (ageUs > windowUs && count >= 3)) break
    const t = -ageUs / 1e6
    count += 1
    sumT += t
    sumX += record.xs[at]!
    sumY += record.ys[at]!
    sumTT += t * t
    sumTX += t * record.xs[at]!
    sumTY += t * record.ys[at]!
    spanUs = ageUs
  }
  if (count < 2 || spanUs < leastSpanUs) {
    record.velocityX = Number.NaN
    record.velocityY = Number.NaN
    record.speed = Number.NaN
    return
  }
  const scale = (count * sumTT - sumT * sumT) * record.bodyPx
  record.velocityX = (count * sumTX - sumT * sumX) / scale
  record.velocityY = (count * sumTY - sumT * sumY) / scale
  record.speed = Math.hypot(record.velocityX, record.velocityY)
}
