import { listOf } from '../config/check/behaviour-references.ts'
import type { Line, Zone } from '../config/schema/behaviour-schema.ts'
import { because, type ConditionNode, createNode, type NodeContext } from './condition-node.ts'
import { meetsSegment, sideOfLine } from './geometry.ts'
import type { TrackMemory, TrackRecord } from './track-memory.ts'
import { createZoneArea } from './zone-area.ts'

/** Jitter up to this share of the body length does not bring a foot point over an edge. */
const marginShare = 0.05

/** The foot point (middle of the lower edge of the box) is in one of the zones. */
export function createInZone(
  context: NodeContext,
  parts: { memory: TrackMemory; zones: readonly Zone[] },
  names: string | readonly string[],
): ConditionNode {
  const areas = listOf(names).flatMap((name) => {
    const zone = parts.zones.find((one) => one.name === name)
    if (!zone) return []
    return [{ name, area: createZoneArea(zone.points), inside: new Int8Array(context.capacity).fill(-1) }]
  })
  const asked = areas.map(({ name }) => name).join(' or ')
  return createNode(context, {
    scope: 'track',
    test(slot, { widthPx, heightPx }) {
      const record = parts.memory.bySlot[slot]!
      const foot = { x: record.footX, y: record.footY }
      const marginPx = marginShare * record.bodyPx
      let any = false
      for (const { area, inside } of areas) {
        area.resize(widthPx, heightPx)
        const before = { inside: inside[slot] === 1, known: inside[slot] !== -1, marginPx }
        const now = area.contains(foot, before)
        inside[slot] = now ? 1 : 0
        any ||= now
      }
      return any
    },
    forget(slot) {
      for (const { inside } of areas) inside[slot] = -1
    },
    explain(slot) {
      const zone = areas.find(({ inside }) => inside[slot] === 1)?.name ?? null
      const text = zone === null ? `not in zone ${asked}` : `in zone ${zone}`
      return because('inZone', text, { value: zone, asked, zone })
    },
  })
}

/**
 * The foot point went over the line in this step. It must be a margin beyond the line to count as on a side, so
 * that jitter on the line is no crossing; the path in between must meet the line itself, not its prolongation.
 * A lost track stays where it was seen last: from where it was lost to where it is found counts as one.
 */
export function createCrosses(
  context: NodeContext,
  parts: { memory: TrackMemory; line: Line },
  to: string | undefined,
): ConditionNode {
  const { memory, line } = parts
  const fromX = new Float64Array(context.capacity)
  const fromY = new Float64Array(context.capacity)
  /** Side on which it was: 1 right, -1 left, 0 not known. */
  const sides = new Int8Array(context.capacity)
  const nameOf = (side: number) => (side > 0 ? line.right : line.left)

  const cross = (record: TrackRecord, size: { widthPx: number; heightPx: number }): boolean => {
    const { slot } = record
    const a = { x: line.from[0] * size.widthPx, y: line.from[1] * size.heightPx }
    const b = { x: line.to[0] * size.widthPx, y: line.to[1] * size.heightPx }
    const q = { x: record.footX, y: record.footY }
    const distance = sideOfLine(q, a, b)
    if (Math.abs(distance) < marginShare * record.bodyPx || distance === 0) return false
    const side = Math.sign(distance)
    const p = { x: fromX[slot]!, y: fromY[slot]! }
    const crossed = sides[slot] === -side && meetsSegment({ p, q }, a, b)
    sides[slot] = side
    fromX[slot] = q.x
    fromY[slot] = q.y
    return crossed && (to === undefined || nameOf(side) === to)
  }

  return createNode(context, {
    scope: 'track',
    test: (slot, view) => cross(memory.bySlot[slot]!, view),
    forget(slot) {
      sides[slot] = 0
    },
    explain(slot) {
      const [now, before] = [nameOf(sides[slot]!), nameOf(-sides[slot]!)]
      const text = `crossed line ${line.name} from ${before} to ${now}`
      return because('crosses', text, { value: now, asked: to ?? 'either side' })
    },
  })
}
