import { listOf } from '../config/check/behaviour-references.ts'
import { type Condition, type Direction, durationMs } from '../config/schema/behaviour-schema.ts'
import { because, type ConditionNode, createNode, type NodeContext, shown } from './condition-node.ts'
import type { ScoreMemory } from './score-memory.ts'
import { createThreshold } from './threshold.ts'
import type { TrackMemory } from './track-memory.ts'

type Of<Name extends keyof Condition> = NonNullable<Condition[Name]>

export function createLabel(context: NodeContext, memory: TrackMemory, labels: Of<'label'>): ConditionNode {
  const wanted = new Set(listOf(labels))
  return createNode(context, {
    scope: 'track',
    test: (slot) => wanted.has(memory.bySlot[slot]!.label),
    explain: (slot) => {
      const { label } = memory.bySlot[slot]!
      return because('label', label, { value: label, asked: [...wanted].join(', ') })
    },
  })
}

/** Speed of the foot point in body lengths per second. */
export function createSpeed(context: NodeContext, memory: TrackMemory, limits: Of<'speed'>): ConditionNode {
  const threshold = createThreshold(limits)
  const node: ConditionNode = createNode(context, {
    scope: 'track',
    test: (slot) => threshold.met(memory.bySlot[slot]!.speed, node.holds(slot)),
    explain: (slot) => {
      const { speed } = memory.bySlot[slot]!
      const value = Number.isNaN(speed) ? null : shown(speed)
      const text = `speed ${value ?? 'unknown'} body lengths/s, asked ${threshold.asked}`
      return because('speed', text, { value, asked: threshold.asked })
    },
  })
  return node
}

/** Width over height of the box: under 1 upright, over 1 lying. */
export function createAspect(context: NodeContext, memory: TrackMemory, limits: Of<'aspect'>): ConditionNode {
  const threshold = createThreshold(limits)
  const aspectOf = (slot: number) => {
    const { widthPx, heightPx } = memory.bySlot[slot]!.box
    return widthPx / heightPx
  }
  const node: ConditionNode = createNode(context, {
    scope: 'track',
    test: (slot) => threshold.met(aspectOf(slot), node.holds(slot)),
    explain: (slot) => {
      const value = shown(aspectOf(slot))
      const text = `box ${value} times as wide as high, asked ${threshold.asked}`
      return because('aspect', text, { value, asked: threshold.asked })
    },
  })
  return node
}

const named = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const
const defaultTolerance = 60
const defaultMoveSpeed = 0.3

/** Movement toward (or against) a direction of the picture, within `tolerance` degrees of it. */
export function createMoves(context: NodeContext, memory: TrackMemory, moves: Of<'moves'>): ConditionNode {
  const { toward, against, tolerance = defaultTolerance, above = defaultMoveSpeed } = moves
  const said: Direction = toward ?? against ?? 'right'
  const [x, y] = typeof said === 'string' ? named[said] : said
  const sign = toward === undefined ? -1 : 1
  const length = Math.hypot(x, y) || 1
  const leastCosine = Math.cos((tolerance / 180) * Math.PI)
  const way = typeof said === 'string' ? said : `[${said.join(', ')}]`
  const asked = `${toward === undefined ? 'against' : 'toward'} ${way} within ${tolerance}°`
  const cosine = (slot: number) => {
    const { velocityX, velocityY, speed } = memory.bySlot[slot]!
    return (sign * (velocityX * x + velocityY * y)) / (speed * length)
  }
  return createNode(context, {
    scope: 'track',
    test: (slot) => memory.bySlot[slot]!.speed >= above && cosine(slot) >= leastCosine,
    explain: (slot) => {
      if (!(memory.bySlot[slot]!.speed > 0))
        return because('moves', `does not move, asked ${asked}`, { asked })
      const off = Math.round((Math.acos(Math.max(-1, Math.min(1, cosine(slot)))) / Math.PI) * 180)
      const speed = shown(memory.bySlot[slot]!.speed)
      const text = `moves at ${speed} body lengths/s, ${off}° off, asked ${asked}`
      return because('moves', text, { value: off, asked })
    },
  })
}

/** Where somebody comes to rest is the mean of where they are for so long: a single place may be their last step. */
const settleUs = 2_000_000

/** Stays within `radius` body lengths of where it came to rest; who leaves that circle comes to rest anew. */
export function createStill(context: NodeContext, memory: TrackMemory, still: Of<'still'>): ConditionNode {
  const anchorX = new Float64Array(context.capacity).fill(Number.NaN)
  const anchorY = new Float64Array(context.capacity)
  const cameUs = new Float64Array(context.capacity)
  const looks = new Float64Array(context.capacity)
  const moved = (slot: number) => {
    const { footX, footY, bodyPx } = memory.bySlot[slot]!
    return Math.hypot(footX - anchorX[slot]!, footY - anchorY[slot]!) / bodyPx
  }
  return createNode(context, {
    scope: 'track',
    test(slot, { ptsUs }) {
      const { footX, footY } = memory.bySlot[slot]!
      const first = Number.isNaN(anchorX[slot]!)
      const stays = moved(slot) <= still.radius
      if (!stays) {
        cameUs[slot] = ptsUs
        looks[slot] = 0
        anchorX[slot] = footX
        anchorY[slot] = footY
      }
      if (ptsUs - cameUs[slot]! <= settleUs) {
        looks[slot]! += 1
        anchorX[slot]! += (footX - anchorX[slot]!) / looks[slot]!
        anchorY[slot]! += (footY - anchorY[slot]!) / looks[slot]!
      }
      return stays || first
    },
    forget(slot) {
      anchorX[slot] = Number.NaN
    },
    explain: (slot) => {
      const value = shown(moved(slot))
      const text = `moved ${value} body lengths, asked at most ${still.radius}`
      return because('still', text, { value, asked: still.radius })
    },
  })
}

/** So near to the border of the picture, as a share of it, a lost track may have left. */
const leaveShare = 0.02

/** Not detected any more, within the hold; `inside`: and not at the border of the picture, where it may have left. */
export function createLost(context: NodeContext, memory: TrackMemory, where: Of<'lost'>): ConditionNode {
  return createNode(context, {
    scope: 'track',
    test(slot, { widthPx, heightPx }) {
      const { box, seen } = memory.bySlot[slot]!
      if (seen) return false
      if (where === 'anywhere') return true
      const [marginX, marginY] = [leaveShare * widthPx, leaveShare * heightPx]
      return (
        box.xPx > marginX &&
        box.yPx > marginY &&
        box.xPx + box.widthPx < widthPx - marginX &&
        box.yPx + box.heightPx < heightPx - marginY
      )
    },
    explain: () => because('lost', `lost ${where} the picture`, { value: where, asked: where }),
  })
}

/** Scores hold so long unless the rule says otherwise: clips come more seldom than frames. */
const defaultFresh = '2s'
/** Without `until`, a score holds down to two thirds of its threshold, as in alerts. */
const twoThirds = (at: number) => (at * 2) / 3

export function createAction(
  context: NodeContext,
  parts: { scores: ScoreMemory; memory: TrackMemory },
  action: Of<'action'>,
): ConditionNode {
  const { label, of = 'either' } = action
  const threshold = createThreshold(action, action.above === undefined ? undefined : twoThirds)
  const freshUs = durationMs(action.fresh ?? defaultFresh) * 1000
  const own = parts.scores.watch(label)
  const value = (slot: number, ptsUs: number) => {
    const scene = of === 'track' ? Number.NaN : own.scene(ptsUs - freshUs)
    const track = of === 'scene' ? Number.NaN : own.track(slot, ptsUs - freshUs)
    if (Number.isNaN(scene)) return track
    return Number.isNaN(track) ? scene : Math.max(scene, track)
  }
  const node: ConditionNode = createNode(context, {
    scope: of === 'scene' ? 'scene' : 'track',
    test: (slot, { ptsUs }) => threshold.met(value(slot, ptsUs), node.holds(slot)),
    explain: (slot, { ptsUs }) => {
      const score = value(slot, ptsUs)
      const scoreText = Number.isNaN(score) ? 'none' : score.toFixed(2)
      const text = `action ${label} ${scoreText}, asked ${threshold.asked}`
      return because('action', text, {
        value: Number.isNaN(score) ? null : shown(score),
        asked: threshold.asked,
      })
    },
  })
  return node
}
