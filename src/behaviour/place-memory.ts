import { overlapOf } from '../core/box-overlap.ts'
import type { BoxPx } from '../core/detection.ts'
import type { StepView } from './condition-node.ts'
import type { TrackRecord } from './track-memory.ts'

/** Where a rule found something, so that what stays there is not found again. */
export interface PlaceMemory {
  /** Forgets places that their object left, or where nothing was for `keepUs`. */
  step(view: StepView): void
  /** The rule's condition holds for this track, here and now. */
  occupy(record: TrackRecord, ptsUs: number): void
  /** Whether the track was found before and has stood still since, even if the tracker lost it in between. */
  isParked(record: TrackRecord): boolean
  clear(): void
}

interface Place {
  box: BoxPx
  ptsUs: number
}

/** A box that overlaps the place by less has moved away. */
const sameOverlap = 0.5

export function createPlaceMemory(options: { most: number; keepUs: number }): PlaceMemory {
  const { most, keepUs } = options
  /** By the track that is there or was there last. The oldest comes first. */
  const places = new Map<TrackRecord, Place>()
  return {
    step({ memory, ptsUs }) {
      for (const [record, place] of places) {
        const isThere = memory.bySlot[record.slot] === record
        if (isThere && overlapOf(record.box, place.box) < sameOverlap) places.delete(record)
        else if (isThere) place.ptsUs = ptsUs
        else if (ptsUs - place.ptsUs > keepUs) places.delete(record)
      }
    },
    occupy(record, ptsUs) {
      if (keepUs === 0) return
      const place = places.get(record)
      if (place) {
        place.box = record.box
        place.ptsUs = ptsUs
        return
      }
      const oldest = places.keys().next().value
      if (places.size >= most && oldest) places.delete(oldest)
      places.set(record, { box: record.box, ptsUs })
    },
    isParked(record) {
      if (places.has(record)) return true
      for (const [before, place] of places) {
        if (before.seen || before.label !== record.label) continue
        if (overlapOf(record.box, place.box) < sameOverlap) continue
        // One that arrived from elsewhere is another object.
        if (overlapOf(record.birthBox, place.box) < sameOverlap) continue
        places.delete(before)
        places.set(record, place)
        return true
      }
      return false
    },
    clear: () => places.clear(),
  }
}
