import { listOf } from '../config/check/behaviour-references.ts'
import type { Condition } from '../config/schema/behaviour-schema.ts'
import {
  because,
  type ConditionNode,
  createNode,
  isThere,
  type NodeContext,
  type StepView,
  shown,
} from './condition-node.ts'
import type { TrackMemory, TrackRecord } from './track-memory.ts'

type Of<Name extends keyof Condition> = NonNullable<Condition[Name]>

/** Distance of the foot points in lengths of the longer body. */
function apart(a: TrackRecord, b: TrackRecord): number {
  return Math.hypot(a.footX - b.footX, a.footY - b.footY) / Math.max(a.bodyPx, b.bodyPx)
}

/** The same as `apart(a, b) <= distance`, without a root: this is asked for every pair in every step. */
function isNear(a: TrackRecord, b: TrackRecord, distance: number): boolean {
  const reachPx = distance * Math.max(a.bodyPx, b.bodyPx)
  const dx = a.footX - b.footX
  if (dx > reachPx || dx < -reachPx) return false
  const dy = a.footY - b.footY
  return dx * dx + dy * dy <= reachPx * reachPx
}

interface Other {
  readonly record: TrackRecord
  readonly distance: number
}

/** Another track of the label for which `that` holds, no farther than `distance`. */
export function createNear(
  context: NodeContext,
  parts: { memory: TrackMemory; that: ConditionNode | null },
  near: Of<'near'>,
): ConditionNode {
  const { memory, that } = parts
  const labels = new Set(listOf(near.label))
  const what = near.label === undefined ? 'another track' : [...labels].join(' or ')
  let partners: TrackRecord[] = []
  const isPartner = (record: TrackRecord, view: StepView) =>
    (labels.size === 0 || labels.has(record.label)) &&
    isThere(record, view, context) &&
    (!that || that.holds(record.slot))
  const nearest = (slot: number): Other | null => {
    const self = memory.bySlot[slot]!
    let best: Other | null = null
    for (const record of partners) {
      if (record === self) continue
      const distance = apart(self, record)
      if (best === null || distance < best.distance) best = { record, distance }
    }
    return best
  }
  return createNode(context, {
    scope: 'track',
    prepare(view) {
      partners = memory.records.filter((record) => isPartner(record, view))
    },
    test(slot) {
      const self = memory.bySlot[slot]!
      for (const record of partners) if (record !== self && isNear(self, record, near.distance)) return true
      return false
    },
    explain(slot, view) {
      const best = nearest(slot)
      const asked = `within ${near.distance}`
      if (!best) return because('near', `no ${what} about, asked ${asked} body lengths`, { asked })
      const value = shown(best.distance)
      const inner = that ? ` (${that.explain(best.record.slot, view).text})` : ''
      const text = `${what} ${best.record.id}${inner} at ${value} body lengths, asked ${asked}`
      const trackIds = best.distance <= near.distance ? [best.record.id] : []
      return because('near', text, { value, asked, trackIds })
    },
  })
}

/** Whoever is within so many body lengths of an object when it appears may own it. */
const defaultReach = 1.5
/** An owner is sought while the object moves, and so long after it appeared. */
const seekUs = 2_000_000
const movingSpeed = 0.3

/**
 * The owner of an object is gone or farther away than `distance` body lengths. The owner is the track of the label
 * that was nearest (within `reach`) when the object appeared or moved. An object that nobody was seen to bring is
 * away from its owner when nobody of the label is within `distance`.
 */
export function createOwnerAway(
  context: NodeContext,
  memory: TrackMemory,
  asked: Of<'ownerAway'>,
): ConditionNode {
  const { owner: label, distance: least, reach = defaultReach } = asked
  const owners = new Map<number, { id: string; distance: number }>()

  const nearest = (object: TrackRecord, view: StepView): Other | null => {
    let best: Other | null = null
    for (const record of view.memory.records) {
      if (record === object || record.label !== label || !isThere(record, view, context)) continue
      const distance = apart(object, record)
      if (best === null || distance < best.distance) best = { record, distance }
    }
    return best
  }
  const ownerOf = (slot: number, view: StepView): Other | null => {
    const known = owners.get(slot)
    if (!known) return nearest(memory.bySlot[slot]!, view)
    const record = memory.find(known.id)
    if (!record || !isThere(record, view, context)) return null
    return { record, distance: apart(memory.bySlot[slot]!, record) }
  }
  return createNode(context, {
    scope: 'track',
    test(slot, view) {
      const object = memory.bySlot[slot]!
      const moving = object.speed >= movingSpeed
      if (moving || view.ptsUs - object.birthPtsUs <= seekUs) {
        const candidate = nearest(object, view)
        const known = owners.get(slot)
        if (
          candidate &&
          candidate.distance <= reach &&
          (moving || candidate.distance <= (known?.distance ?? reach))
        )
          owners.set(slot, { id: candidate.record.id, distance: candidate.distance })
      }
      const owner = ownerOf(slot, view)
      return owner === null || owner.distance > least
    },
    forget(slot) {
      owners.delete(slot)
    },
    explain(slot, view) {
      const known = owners.get(slot)
      const owner = ownerOf(slot, view)
      const who = known ? `owner ${known.id}` : `${label} (owner not seen)`
      const value = owner ? shown(owner.distance) : null
      const where = owner ? `${value} body lengths away, asked more than ${least}` : 'gone'
      const trackIds = known ? [known.id] : []
      return because('ownerAway', `${who} ${where}`, { value, asked: least, trackIds })
    },
  })
}
